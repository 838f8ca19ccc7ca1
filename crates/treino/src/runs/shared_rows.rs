//! Rows that many trainings share: a table is read and prepared once for each section `[data]`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use treino_core::Result;
use treino_tables::DataSpec;

/// Prepared rows by their section `[data]`; `T` is the stored result.
#[derive(Debug)]
pub struct SharedRows<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Default for SharedRows<T> {
    fn default() -> Self {
        SharedRows(Mutex::default())
    }
}

impl<T> SharedRows<T> {
    /// Adds rows that are already prepared.
    pub fn know(&self, data: &DataSpec, rows: Arc<T>) {
        self.lock().insert(data.text(), rows);
    }

    /// The rows of a section; `prepare` is called if they are not known yet. If two threads prepare the same rows at
    /// the same time, both get the result that is ready first.
    ///
    /// # Errors
    /// Returns the errors of `prepare`.
    pub fn of(&self, data: &DataSpec, prepare: impl FnOnce() -> Result<Arc<T>>) -> Result<Arc<T>> {
        let key = data.text();
        if let Some(rows) = self.lock().get(&key) {
            return Ok(Arc::clone(rows));
        }
        let rows = prepare()?;
        Ok(Arc::clone(self.lock().entry(key).or_insert(rows)))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use treino_core::Error;

    #[test]
    fn rows_are_prepared_once_for_each_section() {
        let (shared, first, second) = (SharedRows::default(), DataSpec::new("a.csv", "y"), DataSpec::new("b.csv", "y"));
        assert!(shared.of(&first, || Err(Error::input("no such table"))).is_err());
        let one = shared.of(&first, || Ok(Arc::new(1))).unwrap();
        assert!(Arc::ptr_eq(&one, &shared.of(&first, || unreachable!()).unwrap()));
        assert_eq!(*shared.of(&second, || Ok(Arc::new(2))).unwrap(), 2);
        shared.know(&second, Arc::new(3));
        assert_eq!(*shared.of(&second, || unreachable!()).unwrap(), 3);
    }
}
