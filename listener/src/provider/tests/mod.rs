//! All adapters under the same hardships.

mod vectors;
