//! All adapters under the same hardships, then each for itself.

mod fuzz;
mod hardships;
mod kit;
mod samples;

mod checking;
mod chinese_clouds;
mod clouds;
mod door;
mod phones;
mod shell_sample;
mod signatures;
mod table;
mod twilio;
mod vectors;
mod vonage;
