//! Backups: a whole copy while the store is in use, and the way back, proven before anything is replaced.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use sha2::{Digest, Sha256};
use tillwatch_app::ports::store::StoreError;

use super::failure::{Answer, damaged, refused};
use super::{Sqlite, connect, examine, reader, schema};

/// Pages that are copied between two reports of progress: four megabytes.
const PAGES: i32 = 1_024;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// Whether a store that is there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is restored.
    Keep,
    /// The restored one takes its place.
    Replace,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The version of the backup; the store is brought up to this program's when it is opened.
    pub version: u32,
    /// Where the store lies that was there before, whole, until somebody removes it.
    pub aside: Option<PathBuf>,
}

impl Sqlite {
    /// Copies the store as it is at this moment, while others use it, and writes the copy's SHA-256 beside it, in the
    /// form that `sha256sum --check` reads.
    ///
    /// The copy appears under its name only once it is whole and on the disk. A file that is there is never replaced.
    /// `progress` is told how many pages are done and of how many.
    pub fn backup(&self, to: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        Ok(self.copy(to, &mut progress)?)
    }

    fn copy(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Answer<()> {
        must_be_free(to)?;
        let sum = beside(to, ".sha256");
        let (making, making_sum) = (Making::of(to), Making::of(&sum));
        match &self.file {
            Some(file) => pages(&reader(file)?, &making.0, progress)?,
            None => pages(&self.writer().connection, &making.0, progress)?,
        }
        File::open(&making.0)?.sync_all()?;
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let mut file = File::create(&making_sum.0)?;
        writeln!(file, "{}  {name}", hash(&making.0)?)?;
        file.sync_all()?;
        // The sum first: a sum without its copy misleads nobody.
        fs::rename(&making_sum.0, &sum)?;
        fs::rename(&making.0, to)?;
        sync_folder(to)
    }
}

/// Puts a backup in the place of a store that nobody has open.
///
/// The backup must have its sum beside it, be of a version that is known, and every part of it must be readable; only
/// then is anything moved. A store that is replaced stays beside the new one. `progress` is told how many bytes are
/// copied and of how many.
pub fn restore(
    from: &Path,
    to: &Path,
    existing: Existing,
    mut progress: impl FnMut(u64, u64),
) -> Result<Restored, StoreError> {
    Ok(put_back(from, to, existing, &mut progress)?)
}

fn put_back(from: &Path, to: &Path, existing: Existing, progress: &mut dyn FnMut(u64, u64)) -> Answer<Restored> {
    if existing == Existing::Keep {
        must_be_free(to)?;
    }
    let expected = expected_sum(from)?;
    let making = Making::of(to);
    let found = copy_bytes(from, &making.0, progress)?;
    if found != expected {
        let told = format_args!("its SHA-256 is {found} and should be {expected}");
        return Err(damaged(from.display(), told));
    }
    let version = prove(&making.0)?;
    let aside = to.exists().then(|| free_name(to)).transpose()?;
    if let Some(aside) = &aside {
        move_store(to, aside)?;
    }
    let placed = fs::rename(&making.0, to).map_err(Into::into).and_then(|()| {
        sync_folder(to)?;
        prove(to)
    });
    if let Err(failure) = placed {
        if let Some(aside) = &aside {
            move_store(aside, to)?;
        }
        return Err(failure);
    }
    Ok(Restored { version, aside })
}

/// That a file is a whole store of a version that is known; which one.
fn prove(file: &Path) -> Answer<u32> {
    let mut connection = connect(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let version = schema::version(&connection)?;
    if version == 0 {
        return Err(damaged(file.display(), "it is empty"));
    }
    // An older one has not all tables yet, and is examined once it is brought up to date.
    if version == schema::VERSION {
        let found = examine::examine(&mut connection)?;
        if let Some(problem) = found.problems.first() {
            return Err(damaged(&problem.place, &problem.why));
        }
    }
    // So that no log is left beside it.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(version)
}

/// Copies all pages as they are at one moment.
fn pages(from: &Connection, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Answer<()> {
    // A reading transaction around all steps: without it each write in between would begin the copy anew.
    from.execute_batch("BEGIN")?;
    from.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(from, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let state = backup.progress();
            let number = |pages: i32| u64::try_from(pages).unwrap_or(0);
            progress(number(state.pagecount - state.remaining), number(state.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(StoreError::Unusable("the store is locked by another program".into()).into()),
            }
        }
    }
    from.execute_batch("COMMIT")?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// A file that is being made beside its place, and is gone if it is never moved there.
struct Making(PathBuf);

impl Making {
    fn of(place: &Path) -> Self {
        let making = Self(beside(place, &format!(".{}.part", std::process::id())));
        making.remove();
        making
    }

    fn remove(&self) {
        for end in ["", "-journal", "-wal", "-shm"] {
            // It is mostly not there.
            drop(fs::remove_file(beside(&self.0, end)));
        }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.remove();
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn must_be_free(path: &Path) -> Answer<()> {
    if path.exists() {
        return Err(refused(format_args!("{} is there already", path.display())));
    }
    Ok(())
}

/// A name beside a store under which nothing lies.
fn free_name(path: &Path) -> Answer<PathBuf> {
    let mut names = (1..=999).map(|number| beside(path, &format!(".replaced-{number}")));
    let free = names.find(|name| !name.exists());
    free.ok_or_else(|| refused(format_args!("{} was replaced 999 times; remove some", path.display())))
}

/// Moves a store with its log. The log goes first and comes last: a store without its log looks whole and is not.
fn move_store(from: &Path, to: &Path) -> Answer<()> {
    // Only says where things stand in the log, and is made anew.
    drop(fs::remove_file(beside(from, "-shm")));
    for end in ["-wal", ""] {
        match fs::rename(beside(from, end), beside(to, end)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    sync_folder(to)
}

fn sync_folder(file: &Path) -> Answer<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// The sum that lies beside a backup.
fn expected_sum(backup: &Path) -> Answer<String> {
    let file = beside(backup, ".sha256");
    let text = fs::read_to_string(&file).map_err(|error| damaged(file.display(), error))?;
    let sum = text.split_whitespace().next().filter(|sum| sum.len() == 64);
    Ok(sum
        .ok_or_else(|| damaged(file.display(), "it is no SHA-256"))?
        .to_ascii_lowercase())
}

fn hash(file: &Path) -> Answer<String> {
    through(file, &mut io::sink(), &mut |_, _| ())
}

/// Copies a file onto the disk; its SHA-256.
fn copy_bytes(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Answer<String> {
    let mut copy = OpenOptions::new().write(true).create_new(true).open(to)?;
    let sum = through(from, &mut copy, progress)?;
    copy.sync_all()?;
    Ok(sum)
}

/// Reads a file once, into a writer and its SHA-256.
fn through(from: &Path, to: &mut dyn Write, progress: &mut dyn FnMut(u64, u64)) -> Answer<String> {
    let mut file = File::open(from)?;
    let size = file.metadata()?.len();
    let (mut sum, mut done) = (Sha256::new(), 0_u64);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        sum.update(bytes);
        to.write_all(bytes)?;
        done += u64::try_from(read).unwrap_or(0);
        progress(done, size);
    }
    let sum = sum.finalize();
    Ok(sum
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
