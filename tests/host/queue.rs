//! The event queue: at least once and in no order.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc;
use tradepost::app::App;
use tradepost::ports::{Clock, EventQueue, Pending, QueueError};

use super::clock::HostClock;
use super::faults::{Faults, Site, When};

/// Takes one delivery; an error asks for it again.
pub type Consumer = fn(App, Vec<String>) -> LocalBoxFuture<'static, Result<(), String>>;

/// Messages per delivery, deliveries of a message before it is given up, and
/// the pause between them.
const MAX_BATCH: usize = 100;
const MAX_DELIVERIES: u32 = 4;
const RETRY_MILLIS: u32 = 1_000;

/// The most bytes of a message (Cloudflare Queues, "Limits": 128 KB).
const MAX_MESSAGE: usize = 128_000;

/// A message and how often it was delivered.
pub type Message = (String, u32);

#[derive(Clone)]
pub struct HostQueue {
    messages: mpsc::UnboundedSender<Message>,
    unruly: Arc<AtomicBool>,
    dead: Arc<Mutex<Vec<String>>>,
    faults: Faults,
}

impl HostQueue {
    pub fn new(faults: &Faults) -> (Self, mpsc::UnboundedReceiver<Message>) {
        let (messages, receiver) = mpsc::unbounded_channel();
        (Self { messages, unruly: Arc::default(), dead: Arc::default(), faults: faults.clone() }, receiver)
    }

    /// From now on every delivery comes twice, the second time backwards.
    pub fn unruly(&self) {
        self.unruly.store(true, Ordering::SeqCst);
    }

    /// Messages that were given up.
    pub fn dead_letters(&self) -> Vec<String> {
        self.dead.lock().unwrap().clone()
    }

    /// Delivers what arrives, for ever. On the objects' thread.
    pub async fn serve(
        self,
        app: App,
        clock: HostClock,
        consumer: Consumer,
        mut receiver: mpsc::UnboundedReceiver<Message>,
    ) {
        let mut batch = Vec::new();
        while receiver.recv_many(&mut batch, MAX_BATCH).await > 0 {
            let batch = std::mem::take(&mut batch);
            let texts: Vec<String> = batch.iter().map(|(text, _)| text.clone()).collect();
            let mut outcome = deliver(&app, consumer, texts.clone()).await;
            if outcome.is_ok() && self.unruly.load(Ordering::SeqCst) {
                outcome = deliver(&app, consumer, texts.into_iter().rev().collect()).await;
            }
            if let Err(cause) = outcome {
                eprintln!("the queue's consumer failed: {cause}");
                tokio::task::spawn_local(self.clone().again(clock.clone(), batch));
            }
        }
    }

    async fn again(self, clock: HostClock, batch: Vec<Message>) {
        clock.sleep(RETRY_MILLIS).await;
        for (text, deliveries) in batch {
            if deliveries + 1 < MAX_DELIVERIES {
                let _ = self.messages.send((text, deliveries + 1));
            } else {
                self.dead.lock().unwrap().push(text);
            }
        }
    }
}

async fn deliver(app: &App, consumer: Consumer, texts: Vec<String>) -> Result<(), String> {
    match AssertUnwindSafe(consumer(app.clone(), texts)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err("panicked".to_owned()),
    }
}

impl EventQueue for HostQueue {
    fn send(&self, messages: Vec<String>) -> Pending<'_, Result<(), QueueError>> {
        Box::pin(async move {
            // The platform writes each as JSON.
            if messages.iter().any(|text| serde_json::json!(text).to_string().len() > MAX_MESSAGE) {
                return Err(QueueError("message too large".to_owned()));
            }
            let verdict = self.faults.verdict(Site::Send, &messages.join("\n"));
            tokio::task::yield_now().await;
            if verdict != Some(When::Before) {
                for message in messages {
                    self.messages.send((message, 0)).map_err(|_| QueueError("stopped".to_owned()))?;
                }
            }
            if verdict.is_some() { Err(QueueError("fault".to_owned())) } else { Ok(()) }
        })
    }
}
