//! Every code of the contract, as the rooms declare them.

use crate::problem::Code;
use crate::{
    auth, catalog, collections, documents, gift_cards, idempotency, jobs, lists, orders, payments, pools, price_lists,
    problem, promotions, setup, throttle, uploads, webhooks, wire,
};

/// All codes, by name. One name has one declaration.
pub fn all() -> Vec<Code> {
    let rooms = [
        problem::CODES,
        wire::conditional::CODES,
        wire::extract::CODES,
        wire::forgery::CODES,
        wire::site::CODES,
        idempotency::CODES,
        throttle::error::CODES,
        auth::error::CODES,
        uploads::error::CODES,
        catalog::error::CODES,
        collections::error::CODES,
        setup::error::CODES,
        promotions::error::CODES,
        price_lists::error::CODES,
        pools::error::CODES,
        gift_cards::error::CODES,
        webhooks::error::CODES,
        orders::after::goods::error::CODES,
        orders::error::CODES,
        lists::tags::CODES,
        lists::views::CODES,
        documents::error::CODES,
        jobs::imports::CODES,
        orders::after::money::error::CODES,
        orders::after::edits::error::CODES,
        payments::error::CODES,
    ];
    let mut codes = rooms.concat();
    codes.sort_unstable_by_key(|code| code.name);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn each_code_is_declared_once() {
        let names: Vec<_> = all().iter().map(|code| code.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "one is there twice: {names:?}");
    }

    #[test]
    fn the_table_has_the_codes_of_every_file_that_declares_some() {
        fn declared(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let count = |path: &Path| {
                let source = std::fs::read_to_string(path).unwrap();
                let block = source.split("\ncodes! {\n").nth(1).or(source.split("\ncrate::codes! {\n").nth(1));
                block.map_or(0, |block| block.split("\n}").next().unwrap().matches(" = ").count())
            };
            entries.map(|path| if path.is_dir() { declared(&path) } else { count(&path) }).sum()
        }
        assert_eq!(declared(Path::new("src")), all().len());
    }
}
