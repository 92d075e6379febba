//! The operator's commands over a store: watches, histories, exports, backups, the doctor.

mod backup;
mod doctor;
mod filled;
mod history;
mod import;
mod tills;
mod watch;
