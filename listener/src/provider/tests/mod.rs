//! All adapters under the same hardships, then each for itself.

mod fuzz;
mod hardships;
mod kit;
mod samples;

mod clouds;
mod phones;
mod shell_sample;
mod signatures;
mod twilio;
mod vectors;
