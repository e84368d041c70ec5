//! Erasing one contact leaves its words nowhere else: neither in what repeated it nor in its neighbours of one
//! request.

use super::super::kit::NOW;
use super::super::samples::sample;
use super::Door;

fn batch(ids: &[&str]) -> String {
    let result = |id: &&str| {
        format!(
            r#"{{"messageId":"{id}","to":"14155550132","from":"447700900123","text":"words of {id}"}}"#
        )
    };
    let results: Vec<String> = ids.iter().map(result).collect();
    format!(r#"{{"results":[{}]}}"#, results.join(","))
}

#[test]
fn takes_with_it_what_came_in_the_same_request() {
    let sample = sample("infobip");
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    for (later_s, ids) in [["m1", "m2"].as_slice(), &["m2", "m3"], &["m4", "m5"]]
        .iter()
        .enumerate()
    {
        door.set_clock(NOW.plus_s(later_s as i64));
        assert_eq!(door.post("line", &sample.post(batch(ids), NOW)), 200);
    }
    let contacts = door.contacts();
    assert_eq!(
        (contacts.len(), door.repeats().len(), door.counted()),
        (5, 1, 5)
    );
    door.erase(contacts[0].0);
    let left: Vec<_> = door
        .contacts()
        .into_iter()
        .filter_map(|(_, contact)| contact.text)
        .collect();
    assert_eq!(left, ["words of m4", "words of m5"]);
    assert_eq!(
        (door.repeats().len(), door.counted()),
        (0, 5),
        "gone, and counted as before"
    );
}

#[test]
fn leaves_alone_what_came_alone() {
    let sample = sample("infobip");
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    for id in ["m1", "m2", "m3"] {
        assert_eq!(door.post("line", &sample.post(batch(&[id]), NOW)), 200);
    }
    door.erase(door.contacts()[1].0);
    let left: Vec<_> = door
        .contacts()
        .into_iter()
        .filter_map(|(_, contact)| contact.text)
        .collect();
    assert_eq!(left, ["words of m1", "words of m3"]);
}
