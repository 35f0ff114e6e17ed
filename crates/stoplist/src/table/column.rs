//! How does a value for every slot lie in memory?

/// A value for every slot from 0 on.
pub(super) struct Column<T> {
    values: Vec<T>,
    /// For a slot that is not there.
    absent: T,
}

impl<T: Copy> Column<T> {
    pub(super) const fn new(absent: T) -> Self {
        Self { values: Vec::new(), absent }
    }

    /// The value of a slot.
    pub(super) fn get(&self, slot: u32) -> T {
        self.values.get(slot as usize).copied().unwrap_or(self.absent)
    }

    /// Adds the value of the next slot.
    pub(super) fn push(&mut self) {
        if self.values.len() == self.values.capacity() {
            // An eighth more, where `Vec` would take twice as much.
            self.values.reserve_exact(self.values.len() / 8 + 1_024);
        }
        self.values.push(self.absent);
    }

    /// Replaces the value of a slot that is there.
    pub(super) fn replace(&mut self, slot: u32, value: T) {
        if let Some(place) = self.values.get_mut(slot as usize) {
            *place = value;
        }
    }

    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    #[cfg(test)]
    pub(super) const fn memory_bytes(&self) -> usize {
        self.values.capacity() * size_of::<T>()
    }
}
