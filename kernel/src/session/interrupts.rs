//! Reaching a running cell from outside: stopping it, answering what it asks, and asking beside it.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{Notify, watch};

use crate::engine::{Aside, Interrupt};

/// Asks the running cell of a session to stop. Clones act on the same session. Without a running cell an
/// interrupt does nothing, so that it cannot hit the next one.
#[derive(Clone, Default)]
pub struct Interrupts(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    asked: Notify,
    /// What answers while the engine is busy with a cell.
    aside: watch::Sender<Option<Arc<dyn Aside>>>,
}

#[derive(Default)]
struct State {
    running: bool,
    asked: bool,
    engine: Option<Arc<dyn Interrupt>>,
}

impl Interrupts {
    /// Asks the running cell to stop.
    pub fn interrupt(&self) {
        let engine = {
            let mut state = self.state();
            if !state.running {
                return;
            }
            state.asked = true;
            state.engine.clone()
        };
        self.0.asked.notify_waiters();
        if let Some(engine) = engine {
            engine.interrupt();
        }
    }

    /// Answers a question of the running cell; `None` where there is nobody to ask.
    pub fn answer(&self, text: Option<String>) {
        let state = self.state();
        if let Some(engine) = state.engine.as_ref().filter(|_| state.running) {
            engine.answer(text);
        }
    }

    /// Marks that a cell runs, until the guard is dropped.
    pub(super) fn begin(&self) -> Running {
        *self.state() = State {
            running: true,
            ..State::default()
        };
        Running(self.clone())
    }

    /// From now on an interrupt goes to the engine; one that came before is handed on.
    pub(super) fn reach(&self, engine: Arc<dyn Interrupt>) {
        let mut state = self.state();
        if state.running && state.asked {
            engine.interrupt();
        }
        state.engine = Some(engine);
    }

    /// The engine is busy until the running cell ends; `aside` answers meanwhile.
    pub(super) fn busy_with(&self, aside: Option<Arc<dyn Aside>>) {
        self.0.aside.send_replace(aside);
    }

    /// Waits until the engine is busy with a cell, and gives what answers meanwhile.
    pub(super) async fn busy(&self) -> Arc<dyn Aside> {
        let mut aside = self.0.aside.subscribe();
        let aside = match aside.wait_for(Option::is_some).await {
            Ok(aside) => aside.clone(),
            Err(_) => None,
        };
        match aside {
            Some(aside) => aside,
            // Only without a session, which nobody is left to ask about.
            None => std::future::pending().await,
        }
    }

    /// Waits until the running cell was asked to stop.
    pub(super) async fn requested(&self) {
        loop {
            let asked = self.0.asked.notified();
            tokio::pin!(asked);
            asked.as_mut().enable();
            if self.state().asked {
                return;
            }
            asked.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// While this lives, a cell runs.
pub(super) struct Running(Interrupts);

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.state() = State::default();
        self.0.0.aside.send_replace(None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicU32);

    impl Interrupt for Counted {
        fn interrupt(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        fn answer(&self, _: Option<String>) {}
    }

    #[test]
    fn an_idle_session_ignores_interrupts() {
        let interrupts = Interrupts::default();
        let engine = Arc::new(Counted::default());
        interrupts.interrupt();
        let running = interrupts.begin();
        interrupts.reach(engine.clone());
        assert_eq!(engine.0.load(Ordering::SeqCst), 0);
        interrupts.interrupt();
        assert_eq!(engine.0.load(Ordering::SeqCst), 1);
        drop(running);
        interrupts.interrupt();
        assert_eq!(engine.0.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_cell_that_waits_for_its_engine_hears_of_it() {
        let interrupts = Interrupts::default();
        let _running = interrupts.begin();
        let other = interrupts.clone();
        let waiting = tokio::spawn(async move { other.requested().await });
        tokio::task::yield_now().await;
        interrupts.interrupt();
        waiting.await.unwrap();
    }
}
