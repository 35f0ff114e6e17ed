//! Where are stores broken, and how is it seen what came of it?

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::work::Work;
use crate::{Failure, log};

/// Nothing that a process is asked to do takes a tenth of it.
const LIMIT: Duration = Duration::from_secs(10);
const FAULTS: &str = include_str!("../c/faults.c");
const CUT: &str = include_str!("../c/cut.c");

/// A directory for stores, and the tools.
pub(crate) struct Stage {
    root: tempfile::TempDir,
    tools: tempfile::TempDir,
    program: PathBuf,
    /// A mistake that every process is told to make.
    bug: Option<String>,
}

/// What happens to a process, and when.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// As c/faults.c has it.
    pub(crate) action: &'static str,
    /// At which call.
    pub(crate) at: u64,
    /// Whether reading calls count too.
    pub(crate) counts_reading: bool,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// By itself; whether it says that all is well.
    Itself(bool),
    Killed,
    Hung,
}

/// What came of a process.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) end: End,
    pub(crate) said: Vec<String>,
    /// What it wrote to its standard error.
    pub(crate) complained: String,
    /// Calls that were counted.
    pub(crate) calls: u64,
}

/// Steps that a work has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) begun: u64,
}

impl Ran {
    /// What it was told to do is done so far.
    pub(crate) fn progress(&self, from: u64) -> Progress {
        let last = |verb: &str| {
            let mut places = self.said.iter().filter_map(|line| line.strip_prefix(verb));
            let place =
                places.next_back().and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
            place.map_or(from, |place| place + 1)
        };
        Progress { done: last("done "), begun: last("try ") }
    }

    /// What it said of itself with this word before it.
    pub(crate) fn told<'a>(&'a self, verb: &'a str) -> impl Iterator<Item = &'a str> {
        self.said.iter().filter_map(move |line| line.strip_prefix(verb)?.strip_prefix(' '))
    }

    pub(crate) fn documents(&self) -> impl Iterator<Item = Value> {
        self.said.iter().filter_map(|line| serde_json::from_str(line).ok())
    }
}

impl Stage {
    pub(crate) fn new(bug: Option<&str>) -> Result<Self, Failure> {
        // Where there is a file system in memory a process that is killed leaves the same, and sooner.
        let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        // Where this program is, programs may be run; in memory not everywhere.
        let program = std::env::current_exe()?;
        let tools = tempfile::tempdir_in(program.parent().unwrap_or(Path::new(".")))?;
        let stage = Self { root, tools, program, bug: bug.map(str::to_owned) };
        stage.compile("faults", FAULTS, &["-shared", "-fPIC"])?;
        stage.compile("cut", CUT, &[])?;
        Ok(stage)
    }

    fn compile(&self, name: &str, source: &str, flags: &[&str]) -> Result<(), Failure> {
        let path = self.tools.path().join(name).with_extension("c");
        fs::write(&path, source)?;
        let mut compile = Command::new("cc");
        compile.args(["-O1", "-Wall", "-Wextra", "-Werror"]).args(flags);
        compile.arg("-o").arg(self.tools.path().join(name)).arg(path).arg("-ldl");
        done(&mut compile)
    }

    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools.path().join(name)
    }

    /// A path that nothing is at.
    pub(crate) fn place(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.root.path().join(name);
        if path.is_dir() {
            fs::remove_dir_all(&path)?;
        } else if path.exists() {
            fs::remove_file(&path)?;
        }
        Ok(path)
    }

    /// A process of this program.
    fn command(&self, args: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_remove("STOPLIST_SEEDED_BUG");
        if let Some(bug) = &self.bug {
            command.env("STOPLIST_SEEDED_BUG", bug);
        }
        command
    }

    /// Runs a process below whose store a fault happens.
    fn run(&self, store: &Path, args: &[OsString], fault: Option<&Fault>) -> Result<Ran, Failure> {
        let mut command = self.command(args);
        let name = store.with_extension("calls");
        if let Some(Fault { action, at, counts_reading }) = fault {
            fs::write(&name, [0; 8])?;
            command
                .env("LD_PRELOAD", self.tool("faults"))
                .env("TORTURE_UNDER", store)
                .env("TORTURE_COUNTER", &name)
                .env("TORTURE_CLASS", if *counts_reading { "all" } else { "write" })
                .env("TORTURE_FAULT", format!("{action}:{at}"));
        }
        let mut ran = self.limited(&mut command, store)?;
        if fault.is_some() {
            let counted = fs::read(&name)?;
            ran.calls = counted.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes));
        }
        Ok(ran)
    }

    /// Runs a process to its end, or to the limit of time.
    fn limited(&self, command: &mut Command, beside: &Path) -> Result<Ran, Failure> {
        Running::start(command, beside)?.end()
    }

    /// Makes a store with the first steps of a work.
    pub(crate) fn prepare(&self, store: &Path, job: &Job, steps: u64) -> Result<(), Failure> {
        let steps = steps.to_string();
        let ran = self.run(store, &job.args("prepare", store, &[&steps]), None)?;
        match ran.end {
            End::Itself(true) => Ok(()),
            end => Err(format!("{job:?} cannot be prepared: {end:?} {}", ran.complained).into()),
        }
    }

    /// Starts a work that is stopped from outside.
    pub(crate) fn start(
        &self,
        store: &Path,
        job: &Job,
        (from, count): (u64, u64),
        beside: &Path,
    ) -> Result<Running, Failure> {
        let [from, count] = [from, count].map(|number| number.to_string());
        Running::start(&mut self.command(&job.args("work", store, &[&from, &count])), beside)
    }

    pub(crate) fn work(
        &self,
        store: &Path,
        job: &Job,
        (from, count): (u64, u64),
        fault: Option<&Fault>,
    ) -> Result<Ran, Failure> {
        let [from, count] = [from, count].map(|number| number.to_string());
        self.run(store, &job.args("work", store, &[&from, &count]), fault)
    }

    /// Opens a store and closes it.
    pub(crate) fn open(
        &self,
        store: &Path,
        job: &Job,
        fault: Option<&Fault>,
    ) -> Result<Ran, Failure> {
        self.work(store, job, (0, 0), fault)
    }

    /// Looks at a store in another process.
    pub(crate) fn check(
        &self,
        store: &Path,
        job: &Job,
        progress: Progress,
        fault: Option<&Fault>,
    ) -> Result<Ran, Failure> {
        let depth = if progress.done.is_multiple_of(4) { Depth::Deep } else { Depth::GoesOn };
        self.run(store, &job.check(store, progress, depth), fault)
    }

    /// As [`check`](Self::check), and leaves the store with the steps that it has.
    pub(crate) fn look(&self, store: &Path, job: &Job, progress: Progress) -> Result<Ran, Failure> {
        self.run(store, &job.check(store, progress, Depth::Look), None)
    }

    /// As [`check`](Self::check), where beside the store nothing can be written.
    pub(crate) fn check_from(
        &self,
        beside: &Path,
        store: &Path,
        job: &Job,
        progress: Progress,
    ) -> Result<Ran, Failure> {
        let mut command = self.command(&job.check(store, progress, Depth::GoesOn));
        Running::start(&mut command, beside)?.end()
    }

    /// With what code a process that opens the store is refused, if it is.
    pub(crate) fn refused(&self, store: &Path, job: &Job) -> Result<Option<String>, Failure> {
        let mut command = self.command(&job.args("open", store, &[]));
        let ran = Running::start(&mut command, &self.place("refused")?)?.end()?;
        if ran.end != End::Itself(true) {
            return Err(format!("{job:?}: {:?} {}", ran.end, ran.complained).into());
        }
        Ok(ran.told("refused").next().map(str::to_owned))
    }

    /// Runs a process behind a line of the shell.
    pub(crate) fn wrapped(
        &self,
        line: &str,
        store: &Path,
        args: &[OsString],
    ) -> Result<Ran, Failure> {
        let inner = self.command(args);
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{line}; exec \"$0\" \"$@\"")).arg(&self.program).args(args);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Running::start(&mut command, store)?.end()
    }

    /// Runs the command `stoplist`; also the most that it had in memory, in bytes.
    pub(crate) fn stoplist(&self, args: &[OsString]) -> Result<(Ran, u64), Failure> {
        let program = self.program.with_file_name("stoplist");
        if !program.is_file() {
            return Err(format!("{} is not there: build stoplist-cli", program.display()).into());
        }
        let peak = self.place("peak")?;
        let mut command = Command::new(program);
        command.args(args).env("LD_PRELOAD", self.tool("faults")).env("TORTURE_PEAK", &peak);
        let ran = Running::start(&mut command, &self.place("command")?)?.end()?;
        let status = fs::read_to_string(&peak)?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        Ok((ran, kib.ok_or("no VmHWM")? << 10))
    }

    /// Runs a process that takes as long as it takes.
    pub(crate) fn without_limit(&self, args: &[OsString]) -> Result<Ran, Failure> {
        let mut running = Running::start(&mut self.command(args), &self.place("long")?)?;
        running.limit = Duration::MAX;
        running.end()
    }
}

/// A process that has not ended yet.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
    limit: Duration,
}

impl Running {
    /// What it says goes into files beside a path.
    pub(crate) fn start(command: &mut Command, beside: &Path) -> Result<Self, Failure> {
        let [out, err] = ["out", "err"].map(|ending| beside.with_extension(ending));
        command.stdin(Stdio::null()).stdout(File::create(&out)?).stderr(File::create(&err)?);
        Ok(Self { child: command.spawn()?, out, err, limit: LIMIT })
    }

    /// Waits until it says something.
    pub(crate) fn wait_for(&mut self, word: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        while !fs::read_to_string(&self.out)?.lines().any(|line| line == word) {
            if begun.elapsed() > self.limit {
                let complained = fs::read_to_string(&self.err)?;
                return Err(format!("a process does not say {word}: {complained}").into());
            }
            thread::sleep(Duration::from_micros(500));
        }
        Ok(())
    }

    /// Stops all its threads; returns when each is between two calls.
    pub(crate) fn stop(&self) -> Result<(), Failure> {
        self.signal("STOP")?;
        let begun = Instant::now();
        while !self.is_stopped()? {
            if begun.elapsed() > self.limit {
                return Err("a process does not stop".into());
            }
            thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    pub(crate) fn go_on(&self) -> Result<(), Failure> {
        self.signal("CONT")
    }

    fn signal(&self, name: &str) -> Result<(), Failure> {
        done(Command::new("kill").args(["-s", name, &self.child.id().to_string()]))
    }

    /// Whether each thread is stopped, or has ended.
    fn is_stopped(&self) -> Result<bool, Failure> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()))?;
        for task in tasks {
            let stat = fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
            // Behind the name, which may have any character.
            let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
            if !matches!(state, None | Some('T' | 'Z' | 'X')) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        Ok(self.child.kill()?)
    }

    /// Waits for its end, or for the limit of time.
    pub(crate) fn end(mut self) -> Result<Ran, Failure> {
        let end = match ended(&mut self.child, self.limit)? {
            None => End::Hung,
            Some(status) if status.code().is_none() => End::Killed,
            Some(status) => End::Itself(status.success()),
        };
        let said = fs::read_to_string(&self.out)?.lines().map(str::to_owned).collect();
        let complained = String::from_utf8_lossy(&fs::read(&self.err)?).into_owned();
        if let Some(line) = log::secret(&complained) {
            return Err(format!("a number or a name is in a log: {line}").into());
        }
        Ok(Ran { end, said, complained, calls: 0 })
    }
}

/// A work by its seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) seed: u64,
}

impl Job {
    fn check(&self, store: &Path, progress: Progress, depth: Depth) -> Vec<OsString> {
        let [done, begun] = [progress.done, progress.begun].map(|steps| steps.to_string());
        self.args("check", store, &[&done, &begun, depth.name()])
    }

    pub(crate) fn args(&self, verb: &str, store: &Path, more: &[&str]) -> Vec<OsString> {
        let mut args = vec![verb.into(), store.into(), self.work.name().into()];
        args.push(self.seed.to_string().into());
        args.extend(more.iter().map(|&arg| arg.into()));
        args
    }
}

/// How a store is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    Look,
    /// And it is worked on.
    GoesOn,
    /// And its state is made anew from the journal, and compared.
    Deep,
}

impl Depth {
    const ALL: [Self; 3] = [Self::Look, Self::GoesOn, Self::Deep];

    fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::GoesOn => "goes-on",
            Self::Deep => "deep",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.name() == name)
    }
}

/// Runs a program that has to succeed.
pub(crate) fn done(command: &mut Command) -> Result<(), Failure> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?} does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} ended with {}: {said}", output.status).into())
}

fn ended(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, Failure> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_micros(500));
    }
}

/// Copies a directory and all below it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
