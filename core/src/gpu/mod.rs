//! A graphics processor: one thread owns it, and whoever holds a [`Gpu`] asks that thread.
//!
//! No adapter is an ordinary answer. An error or a device that disappears is told to whoever asked; from then on every question is
//! answered with the same reason, and the caller computes on the processor. This file knows nothing of what is computed.

mod owner;

use std::sync::mpsc;
use std::thread::JoinHandle;

use thiserror::Error;

/// The most bytes that one buffer may bind.
pub const MOST_BYTES: usize = 128 << 20;

/// The most work groups that one dispatch may have.
pub const MOST_GROUPS: u32 = 65_535;

/// Why the graphics processor gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GpuError {
    /// There is none that can be used.
    #[error("no graphics processor can be used here: {0}")]
    None(String),
    /// It disappeared.
    #[error("the graphics processor is gone: {0}")]
    Lost(String),
    /// It refused.
    #[error("the graphics processor refused the work: {0}")]
    Refused(String),
}

/// Which adapters are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapters {
    /// Real devices only.
    Hardware,
    /// Drivers that compute on the processor too: slower than doing without, and good for tests.
    AndSoftware,
}

/// A buffer that stays on the device until the handle is dropped with the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident(usize);

/// What is bound to a kernel, in the order of its bindings.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A resident buffer.
    Resident(Resident),
    /// Bytes that are sent for this dispatch; not empty, a multiple of four.
    Bytes(Vec<u8>),
    /// Bytes of a uniform, sent for this dispatch; not empty, a multiple of four.
    Uniform(Vec<u8>),
    /// Room for so many bytes, zeroed, that come back.
    Output(usize),
}

/// One dispatch.
#[derive(Debug, Clone)]
pub struct Job {
    /// WGSL with one entry point.
    pub source: &'static str,
    /// Constants of the pipeline.
    pub constants: Vec<(&'static str, f64)>,
    /// What is bound in group 0.
    pub bindings: Vec<Binding>,
    /// Work groups, at most [`MOST_GROUPS`].
    pub groups: u32,
}

enum Request {
    Upload(Vec<u8>, mpsc::Sender<Result<Resident, GpuError>>),
    Run(Job, mpsc::Sender<Result<Vec<Vec<u8>>, GpuError>>),
    Forget,
    Lose,
}

/// The handle of a graphics processor. Dropping it ends the thread that owns the device, and waits for it.
#[derive(Debug)]
pub struct Gpu {
    requests: Option<mpsc::Sender<Request>>,
    owner: Option<JoinHandle<()>>,
    name: String,
}

impl Gpu {
    /// Opens the best adapter, on a thread of its own.
    ///
    /// # Errors
    /// [`GpuError::None`] where there is none.
    pub fn open(adapters: Adapters) -> Result<Gpu, GpuError> {
        let (requests, inbox) = mpsc::channel();
        let (ready, started) = mpsc::channel();
        let thread = std::thread::Builder::new().name("mx2lm-gpu".to_owned());
        let owner = thread.spawn(move || owner::run(adapters, &ready, &inbox)).map_err(|reason| GpuError::None(reason.to_string()))?;
        match started.recv() {
            Ok(Ok(name)) => Ok(Gpu { requests: Some(requests), owner: Some(owner), name }),
            Ok(Err(error)) => {
                let _ = owner.join();
                Err(error)
            }
            Err(_) => Err(GpuError::None("its driver ended the thread".to_owned())),
        }
    }

    /// What the driver calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends bytes that stay: not empty, a multiple of four, at most [`MOST_BYTES`].
    ///
    /// # Errors
    /// What the device says.
    pub fn upload(&self, bytes: Vec<u8>) -> Result<Resident, GpuError> {
        self.ask(|reply| Request::Upload(bytes, reply))
    }

    /// Runs one dispatch and waits for its outputs, in the order of their bindings.
    ///
    /// # Errors
    /// What the device says.
    pub fn run(&self, job: Job) -> Result<Vec<Vec<u8>>, GpuError> {
        self.ask(|reply| Request::Run(job, reply))
    }

    /// Lets go of every resident buffer.
    pub fn forget(&self) {
        self.tell(Request::Forget);
    }

    /// Gives the device up, as a driver that breaks down does: what is asked from now on fails. For tests of that.
    pub fn lose(&self) {
        self.tell(Request::Lose);
    }

    fn tell(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // A thread that is gone has nothing to do any more.
            let _ = requests.send(request);
        }
    }

    fn ask<T>(&self, request: impl FnOnce(mpsc::Sender<Result<T, GpuError>>) -> Request) -> Result<T, GpuError> {
        let (reply, answer) = mpsc::channel();
        self.tell(request(reply));
        answer.recv().unwrap_or_else(|_| Err(GpuError::Lost("its thread ended".to_owned())))
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(owner) = self.owner.take() {
            let _ = owner.join();
        }
    }
}
