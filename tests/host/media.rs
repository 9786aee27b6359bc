//! The store of pictures: a map, with the platform's limits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tradepost::ports::{Content, Media, MediaError, Pending};

use super::faults::{Faults, Site, When};

/// The platform's limits: bytes of a name, and names that one call may forget.
const MAX_NAME: usize = 1_024;
const MAX_DELETED: usize = 1_000;

#[derive(Clone)]
pub struct HostMedia {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    faults: Faults,
}

impl HostMedia {
    pub fn new(faults: &Faults) -> Self {
        Self { objects: Arc::default(), faults: faults.clone() }
    }

    /// The names of all that is kept.
    pub fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Does it, unless it is to fail before; fails if it is to fail at all.
    async fn act<T>(&self, site: Site, text: &str, act: impl FnOnce(&Self) -> T) -> Result<T, MediaError> {
        let lost = || MediaError("fault".to_owned());
        let verdict = self.faults.verdict(site, text);
        tokio::task::yield_now().await;
        if verdict == Some(When::Before) {
            return Err(lost());
        }
        let done = act(self);
        tokio::task::yield_now().await;
        if verdict == Some(When::After) { Err(lost()) } else { Ok(done) }
    }
}

impl Media for HostMedia {
    fn put<'a>(&'a self, name: &'a str, content: Content) -> Pending<'a, Result<(), MediaError>> {
        let Content::Here(bytes) = content else { panic!("nothing is with a platform here") };
        assert!((1..=MAX_NAME).contains(&name.len()), "{name}");
        Box::pin(self.act(Site::MediaPut, name, |store| {
            store.objects.lock().unwrap().insert(name.to_owned(), bytes);
        }))
    }

    fn get<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Content>, MediaError>> {
        Box::pin(
            self.act(Site::MediaGet, name, |store| store.objects.lock().unwrap().get(name).cloned().map(Content::Here)),
        )
    }

    fn delete(&self, names: Vec<String>) -> Pending<'_, Result<(), MediaError>> {
        assert!(names.len() <= MAX_DELETED);
        Box::pin(async move {
            let text = names.join(" ");
            self.act(Site::MediaDelete, &text, |store| {
                store.objects.lock().unwrap().retain(|name, _| !names.contains(name));
            })
            .await
        })
    }
}
