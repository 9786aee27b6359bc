//! What goes wrong, and when: every fake asks here before and after it acts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tradepost::ports::ObjectClass;

/// A place where something can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// A command on its way to an object. The text is its name and body.
    Command(ObjectClass),
    /// An object's commit: failing it is a crash of that object, before or
    /// after the transaction is durable. The text is the statements' SQL.
    Commit(ObjectClass),
    /// A batch to the database. The text is the statements' SQL.
    Batch,
    /// Messages on their way to the queue. The text is the messages.
    Send,
    /// A call to another system. The text is its method and URL.
    Http,
    /// A letter to the mail provider. The text is its subject.
    Mail,
    /// The text is the key.
    CacheGet,
    /// The text is the key.
    CachePut,
    /// The text is the name.
    MediaGet,
    /// The text is the name.
    MediaPut,
    /// The text is the names.
    MediaDelete,
}

/// Whether a failing operation had taken effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It fails and nothing was done.
    Before,
    /// It was done, and the answer is lost.
    After,
}

struct Rule {
    site: Site,
    containing: String,
    /// How many matching operations still pass first.
    skip: usize,
    once: bool,
    when: When,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    passed: BTreeMap<Site, usize>,
}

#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    /// The next operation at `site` whose text contains `containing` fails.
    pub fn once(&self, site: Site, containing: &str, when: When) {
        self.nth(site, containing, 0, when);
    }

    /// Of the matching operations, `skip` pass and the one after fails.
    pub fn nth(&self, site: Site, containing: &str, skip: usize, when: When) {
        self.add(Rule { site, containing: containing.to_owned(), skip, once: true, when });
    }

    /// Every matching operation fails until [`Faults::clear`].
    pub fn always(&self, site: Site, containing: &str, when: When) {
        self.add(Rule { site, containing: containing.to_owned(), skip: 0, once: false, when });
    }

    /// Nothing fails any more.
    pub fn clear(&self) {
        self.0.lock().unwrap().rules.clear();
    }

    /// How many operations there were at the site so far, failed ones too.
    pub fn passed(&self, site: Site) -> usize {
        self.0.lock().unwrap().passed.get(&site).copied().unwrap_or(0)
    }

    /// Whether this operation fails, and when. Asked once per operation.
    pub fn verdict(&self, site: Site, text: &str) -> Option<When> {
        let mut state = self.0.lock().unwrap();
        *state.passed.entry(site).or_default() += 1;
        let index = state.rules.iter().position(|rule| rule.site == site && text.contains(&rule.containing))?;
        let rule = &mut state.rules[index];
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        let when = rule.when;
        if rule.once {
            state.rules.remove(index);
        }
        Some(when)
    }

    fn add(&self, rule: Rule) {
        self.0.lock().unwrap().rules.push(rule);
    }
}
