//! The series' object, one for each kind of document: looks what is given,
//! decides, commits, answers. No step awaits, so no two requests ever
//! interleave; a number is given with the row that says what for, or not at all.

use std::rc::Rc;

use super::number::Kind;
use super::series::{Answer, Command, next};
use super::series_store as store;
use crate::app::App;
use crate::json;
use crate::ports::{Commit, ObjectClass, ObjectHost, ObjectUnavailable, StorageError};

pub struct SeriesObject {
    app: App,
    host: Rc<dyn ObjectHost>,
}

impl SeriesObject {
    pub fn new(app: App, _name: &str, host: Rc<dyn ObjectHost>) -> Rc<Self> {
        Rc::new(Self { app, host })
    }

    /// Decides one [`Command`] and answers an [`Answer`], both as JSON.
    pub async fn command(self: Rc<Self>, body: String) -> Result<String, ObjectUnavailable> {
        let command: Command = json::read(body.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))?;
        let answer = self.answer(&command).map_err(|error| ObjectUnavailable(error.to_string()))?;
        Ok(json::text(&answer))
    }

    pub async fn alarm(self: Rc<Self>) -> Result<(), ObjectUnavailable> {
        Ok(())
    }

    fn answer(&self, command: &Command) -> Result<Answer, StorageError> {
        let host = &*self.host;
        let (Command::Give { order, .. } | Command::Find { order }) = command;
        // Asking leaves no tables.
        let written = store::is_written(host)?;
        let mut given = if written { store::of_order(host, *order)? } else { Vec::new() };
        if let Command::Give { order, wish } = command {
            let last = if written { store::last(host)? } else { None };
            if let Some(given_now) = next(&given, last, wish, self.app.clock.now()) {
                let statements = vec![store::insert(*order, &given_now)];
                host.commit(Commit { schema: vec![store::schema()], statements, alarm: None })?;
                given.push(given_now);
            }
        }
        Ok(Answer { given })
    }
}

/// Asks the series of that kind. A failure leaves it unknown whether a number
/// was given; asking again gives the same one.
pub async fn ask(app: &App, kind: Kind, command: &Command) -> Result<Answer, ObjectUnavailable> {
    let body = json::text(command);
    let answer = app.objects.command(ObjectClass::Series, kind.as_str(), body).await?;
    json::read(answer.as_bytes()).map_err(|error| ObjectUnavailable(error.to_string()))
}
