//! The thread that owns the device. It is the only place that names the graphics library.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Adapters, Binding, GpuError, Job, MOST_BYTES, MOST_GROUPS, Request, Resident};

/// How long one dispatch may take before the device counts as gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves requests until the handle is dropped.
pub(super) fn run(adapters: Adapters, ready: &Sender<Result<String, GpuError>>, inbox: &Receiver<Request>) {
    let mut owner = match Owner::open(adapters) {
        Ok((owner, name)) => {
            let _ = ready.send(Ok(name));
            owner
        }
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    // A caller that went away does not want its answer.
    while let Ok(request) = inbox.recv() {
        match request {
            Request::Upload(bytes, reply) => drop(reply.send(owner.upload(&bytes))),
            Request::Run(job, reply) => drop(reply.send(owner.dispatch(&job))),
            Request::Forget => owner.resident.clear(),
            Request::Lose => owner.device.destroy(),
        }
    }
}

struct Owner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    lost: Arc<OnceLock<String>>,
    resident: HashMap<usize, wgpu::Buffer>,
    next: usize,
    pipelines: Vec<(String, wgpu::ComputePipeline)>,
}

impl Owner {
    fn open(adapters: Adapters) -> Result<(Owner, String), GpuError> {
        if wgpu::Instance::enabled_backend_features().is_empty() {
            return Err(GpuError::None("this platform has no driver interface that is supported".to_owned()));
        }
        let descriptor = wgpu::InstanceDescriptor {
            backends: wgpu::Backends::PRIMARY,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        };
        let instance = wgpu::Instance::new(descriptor);
        let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
        let usable = found
            .into_iter()
            .filter(|adapter| adapters == Adapters::AndSoftware || adapter.get_info().device_type != wgpu::DeviceType::Cpu);
        let adapter = usable.min_by_key(|adapter| preference(adapter.get_info().device_type));
        let adapter = adapter.ok_or_else(|| GpuError::None("no driver offers a device".to_owned()))?;
        let request = wgpu::DeviceDescriptor { label: Some("mx2lm"), required_limits: wgpu::Limits::default(), ..Default::default() };
        let (device, queue) = pollster::block_on(adapter.request_device(&request)).map_err(|reason| GpuError::None(reason.to_string()))?;
        let lost = Arc::new(OnceLock::new());
        let note = Arc::clone(&lost);
        device.set_device_lost_callback(move |_, why| drop(note.set(if why.is_empty() { "no reason given".to_owned() } else { why })));
        // The library ends the program at errors that nobody catches.
        let note = Arc::clone(&lost);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| drop(note.set(error.to_string()))));
        let owner = Owner { device, queue, lost, resident: HashMap::new(), next: 0, pipelines: Vec::new() };
        Ok((owner, adapter.get_info().name))
    }

    /// Does `work` and says what the device had against it.
    fn watched<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, GpuError>) -> Result<T, GpuError> {
        self.alive()?;
        let scopes = [wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Internal]
            .map(|filter| self.device.push_error_scope(filter));
        let result = work(self);
        let mut refused = None;
        // Scopes close in the reverse order of their opening.
        for scope in scopes.into_iter().rev() {
            refused = refused.or(pollster::block_on(scope.pop()));
        }
        if refused.is_some() {
            // A device that is gone refuses everything; it says so when it is asked.
            let _ = self.device.poll(wgpu::PollType::Poll);
        }
        self.alive()?;
        match refused {
            Some(error) => Err(GpuError::Refused(error.to_string())),
            None => result,
        }
    }

    fn alive(&self) -> Result<(), GpuError> {
        self.lost.get().map_or(Ok(()), |why| Err(GpuError::Lost(why.clone())))
    }

    fn upload(&mut self, bytes: &[u8]) -> Result<Resident, GpuError> {
        self.watched(|owner| {
            let buffer = owner.filled(bytes, wgpu::BufferUsages::STORAGE)?;
            let id = owner.next;
            owner.next += 1;
            owner.resident.insert(id, buffer);
            Ok(Resident(id))
        })
    }

    fn filled(&self, bytes: &[u8], usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, GpuError> {
        let buffer = self.room(bytes.len(), usage | wgpu::BufferUsages::COPY_DST)?;
        self.queue.write_buffer(&buffer, 0, bytes);
        Ok(buffer)
    }

    fn room(&self, bytes: usize, usage: wgpu::BufferUsages) -> Result<wgpu::Buffer, GpuError> {
        if bytes == 0 || !bytes.is_multiple_of(4) || bytes > MOST_BYTES {
            return Err(GpuError::Refused(format!("a buffer of {bytes} bytes cannot be bound")));
        }
        Ok(self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size: bytes as u64, usage, mapped_at_creation: false }))
    }

    fn dispatch(&mut self, job: &Job) -> Result<Vec<Vec<u8>>, GpuError> {
        let staged = self.watched(|owner| owner.submit(job))?;
        let poll = wgpu::PollType::Wait { submission_index: None, timeout: Some(PATIENCE) };
        if let Err(why) = self.device.poll(poll) {
            let _ = self.lost.set(why.to_string());
        }
        self.alive()?;
        let mut outputs = Vec::with_capacity(staged.len());
        for (buffer, mapped) in staged {
            let refused = |why: String| GpuError::Refused(why);
            mapped.try_recv().map_err(|why| refused(why.to_string()))?.map_err(|why| refused(why.to_string()))?;
            outputs.push(buffer.get_mapped_range(..).map_err(|why| refused(why.to_string()))?.to_vec());
        }
        Ok(outputs)
    }

    fn submit(&mut self, job: &Job) -> Result<Vec<Staged>, GpuError> {
        if job.groups > MOST_GROUPS {
            return Err(GpuError::Refused(format!("{} work groups in one dispatch", job.groups)));
        }
        let pipeline = self.pipeline(job);
        let mut sent = Vec::new();
        for binding in &job.bindings {
            sent.push(match binding {
                Binding::Resident(Resident(id)) => {
                    self.resident.get(id).cloned().ok_or_else(|| GpuError::Refused("a buffer that was let go of".to_owned()))?
                }
                Binding::Bytes(bytes) => self.filled(bytes, wgpu::BufferUsages::STORAGE)?,
                Binding::Uniform(bytes) => self.filled(bytes, wgpu::BufferUsages::UNIFORM)?,
                Binding::Output(bytes) => self.room(*bytes, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC)?,
            });
        }
        let entries: Vec<wgpu::BindGroupEntry<'_>> =
            sent.iter().zip(0..).map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() }).collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(job.groups, 1, 1);
        }
        let mut staged = Vec::new();
        for (binding, buffer) in job.bindings.iter().zip(&sent) {
            if let Binding::Output(bytes) = binding {
                let copy = self.room(*bytes, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)?;
                encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, *bytes as u64);
                staged.push(copy);
            }
        }
        self.queue.submit([encoder.finish()]);
        let map = |buffer: wgpu::Buffer| {
            let (done, mapped) = std::sync::mpsc::channel();
            buffer.map_async(wgpu::MapMode::Read, .., move |result| drop(done.send(result)));
            (buffer, mapped)
        };
        Ok(staged.into_iter().map(map).collect())
    }

    fn pipeline(&mut self, job: &Job) -> wgpu::ComputePipeline {
        let key = format!("{:?}{}", job.constants, job.source);
        if let Some((_, known)) = self.pipelines.iter().find(|(known, _)| *known == key) {
            return known.clone();
        }
        let source = wgpu::ShaderSource::Wgsl(job.source.into());
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: None,
            compilation_options: wgpu::PipelineCompilationOptions { constants: &job.constants, ..Default::default() },
            cache: None,
        });
        self.pipelines.push((key, pipeline.clone()));
        pipeline
    }
}

type Staged = (wgpu::Buffer, Receiver<Result<(), wgpu::BufferAsyncError>>);

fn preference(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}
