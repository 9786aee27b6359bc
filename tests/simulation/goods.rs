//! What staff do with the goods once an order is confirmed, and what its buyer
//! sends back; and what must be so of it, reckoned from what was stored alone.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tradepost::orders::after::edits::Plan;
use tradepost::orders::after::edits::event::Event as Edited;
use tradepost::orders::after::goods::{Command, Event as Goods, Step};
use tradepost::orders::after::money::Pieces as Given;
use tradepost::orders::after::money::event::Event as Money;
use tradepost::orders::decision;
use tradepost::orders::event::Event;
use tradepost::orders::order::{LineId, Order, Stage};
use tradepost::pools::Supply;

use crate::buyers::Buyer;
use crate::outcomes::Outcomes;
use crate::pools::is_full;
use crate::shelf::counted;
use crate::world::World;

fn body<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// The pieces of one line.
#[derive(Debug, Default, Clone, Copy)]
struct Pieces {
    packed: u32,
    shipped: u32,
    asked: u32,
    back: u32,
    restocked: i64,
    /// That staff have given money back for.
    given_up: u32,
    /// Of those, such that were said to be there, or were neither packed nor back when they
    /// were taken out.
    never_left: u32,
    /// That left, or were packed to, though they were refunded as unsent by then.
    sent_unpaid: u32,
}

impl Pieces {
    /// So many are given up, of which so many never leave any more.
    fn gives_up(&mut self, given_up: u32, never_left: u32) {
        self.given_up += given_up;
        self.never_left += never_left;
    }

    /// That are back, and whose money is not.
    fn back_unpaid(self) -> u32 {
        self.back.saturating_sub(self.given_up - self.never_left)
    }

    /// So many of it are out by now: pieces that were given up and are not back never left.
    fn goes_out(&mut self, out: u32, ordered: u32) {
        let unsent = self.given_up.saturating_sub(self.back).max(self.never_left);
        self.sent_unpaid = self.sent_unpaid.max((out + unsent).saturating_sub(ordered));
    }
}

impl World {
    /// Staff pack, send or undo; a buyer asks to send something back, or staff decide on it.
    pub fn move_goods(&mut self, buyer: usize) {
        let command = match self.rng.below(12) {
            0..=4 => Command::Fulfil(body(self.parcel(buyer))),
            5 => Command::Ship(self.some_number(), body(json!({}))),
            6 => Command::Undo(self.some_number()),
            7..=8 => Command::Ask { wanted: body(self.wanted_back(buyer)), by_staff: self.rng.chance(20) },
            9 => Command::Approve(self.some_number(), body(json!({}))),
            10 if self.rng.chance(30) => Command::Refuse(self.some_number(), body(json!({ "reason": "Worn" }))),
            _ => Command::Receive(self.some_number(), body(self.arrived(buyer))),
        };
        self.command(buyer, decision::Command::Goods { by: None, command });
    }

    fn some_number(&mut self) -> u32 {
        u32::try_from(1 + self.rng.below(3)).unwrap()
    }

    fn some_line(&mut self, buyer: usize) -> String {
        let lines: Vec<_> = self.buyers[buyer].memory.lines.iter().map(|line| line.id).collect();
        if lines.is_empty() { "line_1".to_owned() } else { lines[self.pick(lines.len())].to_string() }
    }

    /// Some pieces, or all that is left.
    fn parcel(&mut self, buyer: usize) -> Value {
        let status = if self.rng.chance(50) { "packed" } else { "shipped" };
        if self.rng.chance(30) {
            return json!({ "status": status });
        }
        let line = json!({ "line_id": self.some_line(buyer), "quantity": 1 + self.rng.below(4) });
        json!({ "lines": [line], "status": status, "notify": self.rng.chance(80) })
    }

    fn wanted_back(&mut self, buyer: usize) -> Value {
        let line = self.some_line(buyer);
        json!({ "lines": [{ "line_id": line, "quantity": 1 + self.rng.below(3), "reason": "Too small" }] })
    }

    /// All that was asked for, or something else.
    fn arrived(&mut self, buyer: usize) -> Value {
        if self.rng.chance(50) {
            return json!({});
        }
        let line = self.some_line(buyer);
        let restock = self.rng.chance(70);
        json!({ "lines": [{ "line_id": line, "quantity": self.rng.below(3), "restock": restock }] })
    }

    /// Never more sent than ordered, nor more back than sent, at any step.
    pub fn check_goods(&self, buyer: usize) {
        let buyer = &self.buyers[buyer];
        for (line, pieces) in moved(buyer) {
            let ordered = buyer.memory.line(line).unwrap().quantity;
            assert!(pieces.packed + pieces.shipped <= ordered, "{pieces:?} of {ordered}: {:?}", buyer.memory);
            assert_eq!(pieces.sent_unpaid, 0, "kept, and refunded as unsent: {pieces:?}: {:?}", buyer.memory);
            assert!(pieces.asked + pieces.back <= pieces.shipped, "{pieces:?}: {:?}", buyer.memory);
            let given_up = buyer.given_up.get(&line).copied().unwrap_or_default();
            let is_off = matches!(buyer.memory.stage, Stage::Cancelled { .. });
            assert!(is_off || pieces.given_up == given_up, "{given_up} given up: {pieces:?}: {:?}", buyer.memory);
        }
    }

    /// Of a line: the pieces that are packed or with the buyer, and those that are back and
    /// whose money is not.
    pub fn whereabouts(&self, buyer: usize, line: LineId) -> [u32; 2] {
        let pieces = moved(&self.buyers[buyer]).get(&line).copied().unwrap_or_default();
        [pieces.packed + pieces.shipped - pieces.back, pieces.back_unpaid()]
    }

    /// What came back and was to go into stock is there exactly once.
    pub fn judge_goods(&self, outcomes: &mut Outcomes) {
        let mut back: BTreeMap<Supply, i64> = BTreeMap::new();
        for buyer in &self.buyers {
            let order = &buyer.memory;
            for (line, pieces) in moved(buyer) {
                for (variant, units) in counted(buyer, order.line(line).unwrap(), pieces.restocked) {
                    *back.entry(Supply::Stock(variant)).or_default() += units;
                }
                outcomes.shipped += u32::from(pieces.shipped > 0);
                outcomes.restocked += u32::from(pieces.restocked > 0);
            }
            count(order, outcomes);
        }
        for (supply, stock) in &self.stocks {
            let of_returns = stock.references.iter().filter(|(reference, _)| reference.contains("/return-"));
            let there: i64 = of_returns.map(|(_, units)| *units).sum();
            assert_eq!(there, back.remove(supply).unwrap_or(0), "restocked once, exactly: {supply:?}");
        }
        assert!(back.values().all(|units| *units == 0), "not back in stock: {back:?}");
    }
}

fn count(order: &Order, outcomes: &mut Outcomes) {
    for known in &order.goods.returns {
        match &known.step {
            Step::Refused { .. } => outcomes.returns_refused += 1,
            Step::Received { .. } => outcomes.returns_received += 1,
            _ => {}
        }
    }
    outcomes.unpacked += u32::from(order.goods.fulfilments.iter().any(|parcel| parcel.shipped_at().is_none()));
}

/// What an edit gives up of each line, and how much of that never left: what has come back
/// goes first, and what is sold anew is there, as another line's.
fn given_by(plan: &Plan, lines: &BTreeMap<LineId, Pieces>) -> Vec<(LineId, u32, u32)> {
    let mut taken: BTreeMap<LineId, u32> = BTreeMap::new();
    for pieces in plan.taken_out() {
        *taken.entry(pieces.line).or_default() += pieces.quantity;
    }
    let back = |line: &LineId| lines.get(line).copied().unwrap_or_default().back_unpaid();
    let of_line = |(line, taken): (LineId, u32)| (line, taken, taken - taken.min(back(&line)));
    let anew = plan.giving.iter().flat_map(|giving| &giving.pieces).skip(plan.taken_out().len());
    let anew = anew.map(|pieces| (pieces.line, pieces.quantity, pieces.quantity));
    taken.into_iter().map(of_line).chain(anew).collect()
}

/// Where the pieces of each line are, by the events that were stored or wait to be.
fn moved(buyer: &Buyer) -> BTreeMap<LineId, Pieces> {
    let mut lines: BTreeMap<LineId, Pieces> = BTreeMap::new();
    let (mut parcels, mut returns, mut begun) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let ordered = |line: LineId| buyer.memory.line(line).unwrap().quantity;
    for (_, event) in buyer.stored.iter().chain(&buyer.waiting) {
        let given = match event {
            Event::Money(Money::RefundAsked { giving, .. }) => {
                let never_left = |pieces: &Given| if pieces.restock { pieces.quantity } else { 0 };
                giving.pieces.iter().map(|pieces| (pieces.line, pieces.quantity, never_left(pieces))).collect()
            }
            Event::Edits(Edited::Edited { plan, .. }) => given_by(plan, &lines),
            Event::Edits(Edited::Begun { plan, .. }) => {
                begun = given_by(plan, &lines);
                Vec::new()
            }
            Event::Edits(Edited::Taken { .. }) => std::mem::take(&mut begun),
            _ => Vec::new(),
        };
        for (line, given_up, never_left) in given {
            lines.entry(line).or_default().gives_up(given_up, never_left);
        }
        let Event::Goods { event, .. } = event else { continue };
        match event {
            Goods::Packed { fulfilment, lines: packed, .. } => {
                parcels.insert(fulfilment, packed);
                for one in packed {
                    let line = lines.entry(one.line_id).or_default();
                    line.packed += one.quantity.get();
                    line.goes_out(line.packed + line.shipped, ordered(one.line_id));
                }
            }
            Goods::Shipped { fulfilment, .. } => {
                for one in parcels.remove(fulfilment).expect("shipped once") {
                    let line = lines.entry(one.line_id).or_default();
                    line.packed -= one.quantity.get();
                    line.shipped += one.quantity.get();
                    line.goes_out(line.shipped, ordered(one.line_id));
                }
            }
            Goods::Undone { fulfilment } => {
                for one in parcels.remove(fulfilment).expect("not shipped") {
                    lines.entry(one.line_id).or_default().packed -= one.quantity.get();
                }
            }
            Goods::ReturnAsked { number, lines: asked, .. } => {
                returns.insert(number, asked);
                asked.iter().for_each(|one| lines.entry(one.line_id).or_default().asked += one.quantity.get());
            }
            Goods::ReturnRefused { number, .. } | Goods::ReturnReceived { number, .. } => {
                for one in returns.remove(number).expect("closed once") {
                    lines.entry(one.line_id).or_default().asked -= one.quantity.get();
                }
            }
            Goods::ReturnApproved { .. } | Goods::Restocked { .. } | Goods::NotRestocked { .. } => {}
        }
        if let Goods::ReturnReceived { number, lines: came } = event {
            for one in came {
                let line = lines.entry(one.line_id).or_default();
                line.back += one.quantity;
                let reference = format!("{}/return-{number}/{}", buyer.memory.id, one.line_id);
                line.restocked += if one.restock && !is_full(&reference) { i64::from(one.quantity) } else { 0 };
            }
        }
    }
    lines
}
