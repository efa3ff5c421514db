//! The messages that wait: read by a thread of their own, so that what was cancelled is known before it is worked on.
//!
//! Invariant: few messages wait here; the rest waits with the editor.

use std::collections::{HashSet, VecDeque};
use std::io::{self, BufReader};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use lsp_server::{Message, RequestId};
use lsp_types::NumberOrString;
use lsp_types::notification::{Cancel, Notification};

use crate::output::Failure;

use super::wire::{Incoming, read};

/// So many messages are held at most.
const MOST: usize = 256;

/// Messages that came and were not worked on.
pub(super) struct Queue {
    receiver: Receiver<Incoming>,
    waiting: VecDeque<Incoming>,
    cancelled: HashSet<RequestId>,
}

impl Queue {
    /// Reads from standard input.
    pub(super) fn of_stdin(longest: u64) -> Result<Self, Failure> {
        let (sender, receiver) = sync_channel(1);
        let reader = thread::Builder::new().name("reader".to_owned());
        let started = reader.spawn(move || read_all(&sender, longest));
        started.map_err(|error| Failure::new(format!("cannot start a thread: {error}")))?;
        Ok(Self { receiver, waiting: VecDeque::new(), cancelled: HashSet::new() })
    }

    /// Whether nothing has come that was not worked on.
    pub(super) fn is_idle(&mut self) -> bool {
        self.take_what_is_there();
        self.waiting.is_empty()
    }

    /// The next message; waits for one.
    pub(super) fn next(&mut self) -> Incoming {
        self.take_what_is_there();
        match self.waiting.pop_front() {
            Some(incoming) => incoming,
            None => self.receiver.recv().unwrap_or(Incoming::End),
        }
    }

    /// Whether a request is not wanted any more.
    pub(super) fn is_cancelled(&mut self, id: &RequestId) -> bool {
        self.take_what_is_there();
        self.cancelled.remove(id)
    }

    fn take_what_is_there(&mut self) {
        while self.waiting.len() < MOST {
            let Ok(incoming) = self.receiver.try_recv() else { return };
            match cancelled(&incoming) {
                // One that has its answer already is not remembered.
                Some(id) if self.waits(&id) => drop(self.cancelled.insert(id)),
                Some(_) => {}
                None => self.waiting.push_back(incoming),
            }
        }
    }

    fn waits(&self, id: &RequestId) -> bool {
        self.waiting.iter().any(
            |incoming| matches!(incoming, Incoming::Message(Message::Request(request)) if request.id == *id),
        )
    }
}

fn cancelled(incoming: &Incoming) -> Option<RequestId> {
    let Incoming::Message(Message::Notification(found)) = incoming else { return None };
    if found.method != Cancel::METHOD {
        return None;
    }
    let id = serde_json::from_value(found.params.get("id")?.clone()).ok()?;
    Some(match id {
        NumberOrString::Number(number) => number.into(),
        NumberOrString::String(text) => text.into(),
    })
}

fn read_all(sender: &SyncSender<Incoming>, longest: u64) {
    let mut input = BufReader::with_capacity(1 << 16, io::stdin());
    loop {
        let incoming = read(&mut input, longest);
        let is_last = matches!(incoming, Incoming::Lost(_) | Incoming::End);
        if sender.send(incoming).is_err() || is_last {
            return;
        }
    }
}
