//! Prints what the readers make of a folder of recordings: `cargo run -p tillwatch-net --example survey -- DIR`.

#[path = "../tests/recorded/survey.rs"]
mod survey;

fn main() {
    let Some(folder) = std::env::args_os().nth(1) else {
        println!("which folder? cargo run -p tillwatch-net --example survey -- DIR");
        return;
    };
    println!("{}", survey::table(std::path::Path::new(&folder)));
}
