use super::*;
use crate::text::handles;

fn joined(list: &[(&str, &str)]) -> Vec<u32> {
    let mut all = Campaigns::default();
    let ids: Vec<u32> = list
        .iter()
        .map(|(from, text)| all.join(from, &handles(text), &Thread::default(), 1).group)
        .collect();
    ids.into_iter().map(|id| all.root(id)).collect()
}

#[test]
fn handles_and_likeness_link_and_strangers_stay_apart() {
    let ids = joined(&[
        (
            "+8613111111111",
            "【品融教育】好消息，您的车险即将到期续保返现700元，加微信supochi22，拒收请回复R",
        ),
        (
            "+8613222222222",
            "好息，您的车险即到期续保返现650元，加微信suochi22，拒收请回复R",
        ),
        ("+8613222222222", ""),
        (
            "+8613333333333",
            "温馨提示，考公考编上岸班协议保过报名立减5700，成人学历提升免试入学一年半拿证",
        ),
        ("+8613444444444", ""),
    ]);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids[0], ids[2]);
    assert_ne!(ids[0], ids[3]);
    assert_ne!(ids[3], ids[4]);
}

#[test]
fn growing_together_keeps_the_older_id() {
    let ids = joined(&[
        ("+8613111111111", ""),
        ("+8613222222222", ""),
        (
            "+8613111111111",
            "新服开启上线就送礼包，打开zake739.vip/1即可领取您的礼物",
        ),
        (
            "+8613222222222",
            "新服开启上线就送礼包，打开zake739.vip/2即可领取您的礼物",
        ),
    ]);
    assert_eq!(ids, [0, 0, 0, 0]);
}

#[test]
fn whoever_was_merged_is_still_found_by_its_old_id() {
    let mut all = Campaigns::default();
    let mut say =
        |from: &str, text: &str| all.join(from, &handles(text), &Thread::default(), 1).group;
    let (a, b, c) = (
        say("+8613111111111", ""),
        say("+8613222222222", ""),
        say("+8613333333333", ""),
    );
    let text = "新服开启上线就送礼包，打开zake739.vip/1即可领取您的礼物";
    say("+8613333333333", text);
    say("+8613222222222", text);
    say("+8613111111111", text);
    assert_eq!([a, b, c].map(|id| all.root(id)), [a, a, a]);
    assert_eq!(all.get(c).unwrap().known_as, [b, c]);
}

#[test]
fn who_says_nothing_and_never_comes_again_has_no_name() {
    let mut all = Campaigns::default();
    let once = all
        .join("+8613111111111", &handles(""), &Thread::default(), 1)
        .group;
    let again = all
        .join("+8613222222222", &handles(""), &Thread::default(), 1)
        .group;
    for group in [once, again, again] {
        all.get_mut(group).unwrap().contacts += 1;
    }
    assert_eq!(all.name(once), None);
    assert_eq!(all.name(again), Some(again));
    assert_eq!(all.iter().map(|g| g.0).collect::<Vec<_>>(), [again]);
}

#[test]
fn a_text_of_any_length_costs_a_bounded_number_of_handles() {
    let long: String = (0..20_000).map(|n| format!("see host{n}.top/ ")).collect();
    let mut all = Campaigns::default();
    all.join("+8613111111111", &handles(&long), &Thread::default(), 1);
    assert!(all.handles.len() <= crate::text::HANDLES_MAX + 2);
}
