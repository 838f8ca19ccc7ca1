//! Fuzz targets' entry functions.

pub mod readers;
