//! Changing an order as staff want, by the shelf as it is at that moment. Part of
//! the order's object.

use std::rc::Rc;

use super::bodies::Wish;
use crate::orders::decision::{Command, decide};
use crate::orders::error::OrderError;
use crate::orders::object::{OrderObject, staff_reply};
use crate::orders::order::Key;
use crate::orders::protocol::{Access, Reply};

impl OrderObject {
    pub(in crate::orders) async fn edit(
        self: &Rc<Self>,
        wish: Wish,
        access: &Access,
        key: Option<&Key>,
    ) -> Result<Reply, OrderError> {
        let by = access.staff_account().ok_or(OrderError::NotFound)?;
        let shelf = self.shelf().await?;
        // Others may have come in between.
        let order = self.record.existing()?;
        if let Some(reply) = self.replay(key, &order)? {
            return Ok(reply);
        }
        let events = decide(&order, Command::Edit { by, wish, shelf }, self.now())?;
        self.record.learn(events, self.now())?;
        let reply = self.answered(key, staff_reply(201, &*self.record.existing()?)?)?;
        self.go_on();
        Ok(reply)
    }
}
