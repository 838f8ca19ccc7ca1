//! Parquet.
use super::load::Wanted;
use super::source::Opened;
use super::spec::DataSpec;
use super::table::Table;
use crate::{Error, Result};
pub(crate) fn load(opened: &Opened, _: &DataSpec, _: &Wanted) -> Result<Table> {
    Err(Error::input("Parquet is not read yet").in_file(opened.source.name()))
}
pub(crate) fn names(opened: &Opened) -> Result<Vec<String>> {
    Err(Error::input("Parquet is not read yet").in_file(opened.source.name()))
}
