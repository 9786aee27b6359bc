use super::*;
use crate::testing::settings;

#[test]
fn a_file_of_too_many_lines_is_to_be_parted_where_they_begin() {
    let open = |lines: usize| {
        let text = format!("slug,sku\n{}", "mug,a\n".repeat(lines));
        File::open(text.as_bytes(), None, true, &settings()).map(|file| file.products())
    };
    assert_eq!(open(MAX_LINES).ok(), Some(1));
    let refused = open(MAX_LINES + 1).unwrap_err().detail.clone();
    assert_eq!(
        refused,
        "line 250002 is one too many: a file may have at most 250000 beside its first; part it before that line"
    );
}

#[test]
fn lines_that_are_known_by_their_skus_are_as_many_as_a_file_has_lines() {
    let open = |names: &str| {
        let lines: String = (0..60_000).map(|n| format!("a-{n},1\n")).collect();
        File::open(format!("{names}\n{lines}").as_bytes(), None, true, &settings()).map(|file| file.products())
    };
    assert_eq!(open("sku,price_EUR").ok(), Some(60_000));
    assert!(open("slug,price_EUR").unwrap_err().detail.contains("at most 50000 products"));
}

/// What is wrong with the product of this number.
fn faults(file: &File, number: usize) -> Vec<(usize, String)> {
    let sent = crate::exchange::sent::read(&file.import, &file.row(number));
    sent.errors.into_iter().map(|error| (error.line, error.detail)).collect()
}

#[test]
fn a_product_that_is_too_large_is_refused_and_no_other_with_it() {
    let large = "x".repeat(MAX_PRODUCT);
    let csv = format!("slug,title,description\nmug,Mug,{large}\ncup,Cup,small\n");
    let jsonl = format!("{{\"slug\":\"mug\",\"description\":\"{large}\"}}\n{{\"slug\":\"cup\"}}\n");
    for (text, line) in [(csv, 2), (jsonl, 1)] {
        let file = File::open(text.as_bytes(), None, true, &settings()).unwrap();
        assert_eq!(faults(&file, 0), [(line, "this product is larger than 1000000 bytes".to_owned())]);
        assert_eq!(faults(&file, 1), []);
    }
}

#[test]
fn a_slug_is_of_one_product_of_the_file_however_it_is_written() {
    let text = "product_id,slug,title\nprod_1,lamp,A\nprod_1,lamp,\n,Mug,B\n,lamp,C\nprod_1,lamp,\n,ｍug,D\n,mug,E\n";
    let file = File::open(text.as_bytes(), None, true, &settings()).unwrap();
    let all: Vec<_> = (0..file.products()).flat_map(|number| faults(&file, number)).collect();
    let same = |line: usize, other: usize| (line, format!("line {other} has the same slug for another product"));
    assert_eq!(all, [same(5, 2), same(8, 7)]);
}
