use super::*;

#[test]
fn same_seed_same_world() {
    let demo = scenario("demo").unwrap();
    assert_eq!(generate(&demo, 3), generate(&demo, 3));
    assert_ne!(generate(&demo, 3).contacts, generate(&demo, 4).contacts);
}

#[test]
fn every_scenario_makes_a_world_in_order() {
    for name in names()
        .iter()
        .filter(|n| !["large", "honeypot"].contains(n))
    {
        let world = generate(&scenario(name).unwrap(), 1);
        assert!(
            world.contacts.len() > 500,
            "{name}: {}",
            world.contacts.len()
        );
        assert!(world.contacts.is_sorted_by_key(|c| c.received_at), "{name}");
        assert_eq!(
            world.truth.contact_cause.len(),
            world.truth.contact_campaign.len()
        );
        let null = name.starts_with("null");
        assert_eq!(
            world.truth.platforms.values().any(|p| p.leaks),
            !null,
            "{name}"
        );
    }
}

#[test]
fn the_demo_has_one_of_everything() {
    let world = generate(&scenario("demo").unwrap(), 1);
    assert!(
        (800..6_000).contains(&world.contacts.len()),
        "{}",
        world.contacts.len()
    );
    for label in [
        "honest",
        "first_party",
        "declared",
        "leak_once",
        "resell",
        "broker",
    ] {
        assert!(
            world.truth.platforms.values().any(|p| p.label == label),
            "{label}"
        );
    }
    assert!(world.lines.iter().any(|l| l.country == "CN"));
    assert!(world.lines.iter().any(|l| l.country == "US"));
    assert!(world.truth.numbers.values().any(|n| n.recycled));
}

#[test]
fn numbers_are_distinct() {
    let world = generate(&scenario("typical").unwrap(), 2);
    assert_eq!(world.truth.numbers.len(), 166);
    assert_eq!(world.lines.len(), 166);
}
