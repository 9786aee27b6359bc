use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::tests::{NOW, ORDERED, ask, back, fulfil, of_line, paid};
use super::*;
use crate::orders::event::Event as OrderEvent;
use crate::orders::order::LineId;

fn any_command() -> impl Strategy<Value = Command> {
    let number = || 1_u32..5;
    let pieces = || (1_u32..4, 1_u32..4);
    prop_oneof![
        3 => (pieces(), any::<bool>()).prop_map(|((line, quantity), packed)| {
            let mut body = of_line(line, quantity);
            body["status"] = json!(if packed { "packed" } else { "shipped" });
            fulfil(body)
        }),
        1 => Just(fulfil(json!({}))),
        2 => number().prop_map(|number| Command::Ship(number, ask(json!({})))),
        2 => number().prop_map(Command::Undo),
        3 => (pieces(), any::<bool>())
            .prop_map(|((line, quantity), by_staff)| Command::Ask { wanted: ask(back(line, quantity)), by_staff }),
        1 => number().prop_map(|number| Command::Approve(number, ask(json!({})))),
        1 => number().prop_map(|number| Command::Refuse(number, ask(json!({ "reason": "No" })))),
        2 => (number(), pieces(), any::<bool>()).prop_map(|(number, (line, quantity), restock)| {
            let line = json!({ "line_id": format!("line_{line}"), "quantity": quantity, "restock": restock });
            Command::Receive(number, ask(json!({ "lines": [line] })))
        }),
        1 => number().prop_map(|number| Command::Receive(number, ask(json!({})))),
    ]
}

proptest! {
    /// Reckoned from the events alone, not by the counts that decide.
    #[test]
    fn pieces_are_sent_once_and_come_back_once(commands in prop::collection::vec(any_command(), 1..40)) {
        let mut order = paid();
        let (mut packed, mut shipped) = (BTreeMap::<u32, Vec<Pieces>>::new(), [0_u32; 3]);
        let (mut asked, mut back, mut restocked) = (BTreeMap::<u32, Vec<Asked>>::new(), [0_u32; 3], [0_i64; 3]);
        let place = |line: LineId| line.0 as usize - 1;
        for command in commands {
            let Ok(events) = decide(&order, command, NOW) else { continue };
            for event in events {
                order.apply(&OrderEvent::Goods { by: None, event: event.clone() }, NOW);
                match event {
                    Event::Packed { fulfilment, lines, .. } => {
                        packed.insert(fulfilment, lines);
                    }
                    Event::Shipped { fulfilment, .. } => {
                        for pieces in packed.remove(&fulfilment).expect("was packed") {
                            shipped[place(pieces.line_id)] += pieces.quantity.get();
                        }
                    }
                    Event::Undone { fulfilment } => {
                        packed.remove(&fulfilment).expect("was packed");
                    }
                    Event::ReturnAsked { number, lines, .. } => {
                        asked.insert(number, lines);
                    }
                    Event::ReturnReceived { number, lines } => {
                        asked.remove(&number).expect("was asked for");
                        for arrived in lines {
                            back[place(arrived.line_id)] += arrived.quantity;
                        }
                        if let Some(owed) = restock::owed(&order) {
                            for (reference, claim) in owed.pieces {
                                let line = reference.rsplit('_').next().unwrap().parse::<usize>().unwrap();
                                restocked[line - 1] += claim.quantity;
                            }
                            order.apply(&OrderEvent::Goods { by: None, event: Event::Restocked { number: owed.number } }, NOW);
                        }
                    }
                    Event::ReturnRefused { number, .. } => {
                        asked.remove(&number).expect("was asked for");
                    }
                    Event::ReturnApproved { .. } | Event::Restocked { .. } | Event::NotRestocked { .. } => {}
                }
            }
            for n in 0..3 {
                let sum = |lines: &Vec<Pieces>| {
                    lines.iter().filter(|pieces| place(pieces.line_id) == n).map(|pieces| pieces.quantity.get()).sum::<u32>()
                };
                let waiting = packed.values().map(sum).sum::<u32>();
                let may_leave = if n == 2 { 0 } else { ORDERED[n] };
                prop_assert!(shipped[n] + waiting <= may_leave);
                let wanted = asked.values().flatten().filter(|asked| place(asked.line_id) == n);
                let wanted = wanted.map(|asked| asked.quantity.get()).sum::<u32>();
                prop_assert!(back[n] + wanted <= shipped[n]);
                prop_assert!(restocked[n] <= i64::from(back[n]));
            }
        }
    }
}
