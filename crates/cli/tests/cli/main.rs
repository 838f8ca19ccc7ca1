//! The real program, run in folders of its own.

mod bad_input;
mod bad_models;
mod bad_parameters;
mod bench;
mod callbacks;
mod categories;
mod cells;
mod comparing;
mod documents;
mod everything;
mod explaining;
mod exploring;
mod expressions;
mod flags;
mod json_lines;
mod lr_find;
mod main_job;
mod manners;
mod predictions;
mod same_bits;
mod scratch;
mod stopping;
mod studies;
mod tables;
mod targets;
mod verify;
