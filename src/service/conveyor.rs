//! Two threads, one making and one using, so that reading rows and writing them to a store take the time of the slower.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Values that travel together: enough to hide what a hand-over costs.
const BATCH: usize = 256;
/// Batches that may wait: more would only hold memory.
const WAITING: usize = 8;

/// The making end.
pub struct Sender<T> {
    batch: Vec<T>,
    channel: SyncSender<Vec<T>>,
    waited: Duration,
}

impl<T> Sender<T> {
    /// Hands a value over; `false` where nobody takes any more.
    pub fn send(&mut self, value: T) -> bool {
        self.batch.push(value);
        self.batch.len() < BATCH || self.flush()
    }

    fn flush(&mut self) -> bool {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let start = Instant::now();
        let taken = self.channel.send(batch).is_ok();
        self.waited += start.elapsed();
        taken
    }
}

/// Runs `make` on a thread of its own and `take` on this one, which gets the values in the order in which they were sent.
///
/// Returns what both return, and how long `make` was at work, without the time that it waited for `take`. A panic of
/// `make` goes on here. Memory is at most 2,560 values on the way.
pub fn conveyed<T: Send, M: Send, R>(
    make: impl FnOnce(&mut Sender<T>) -> M + Send,
    take: impl FnOnce(&mut dyn Iterator<Item = T>) -> R,
) -> (R, M, Duration) {
    let (channel, taken) = sync_channel(WAITING);
    thread::scope(|scope| {
        let maker = scope.spawn(move || {
            let start = Instant::now();
            let mut sender = Sender { batch: Vec::with_capacity(BATCH), channel, waited: Duration::ZERO };
            let outcome = make(&mut sender);
            sender.flush();
            (outcome, start.elapsed().saturating_sub(sender.waited))
        });
        let mut values = taken.into_iter().flatten();
        let result = take(&mut values);
        // Lets go of the channel, so that a maker whose values nobody wants comes to its end.
        drop(values);
        match maker.join() {
            Ok((outcome, worked)) => (result, outcome, worked),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_arrives_in_order() {
        for count in [0, 1, 255, 256, 257, 10_000_u32] {
            let make = |sender: &mut Sender<u32>| (0..count).all(|value| sender.send(value));
            let (got, all, _) = conveyed(make, |values| values.collect::<Vec<_>>());
            assert_eq!((got, all), ((0..count).collect(), true), "{count}");
        }
    }

    #[test]
    fn a_taker_that_stops_ends_the_maker() {
        let make = |sender: &mut Sender<u32>| (0..u32::MAX).take_while(|&value| sender.send(value)).count();
        let (first, sent, _) = conveyed(make, |values| values.next());
        assert_eq!(first, Some(0));
        assert!(sent < 10_000, "{sent}");
    }
}
