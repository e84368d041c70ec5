//! A cable between two programs on loopback that can be cut: what is on its way then waits, as
//! packets do that are sent again, and goes on when the cable is whole.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks at a cable that is cut.
const LOOK: Duration = Duration::from_millis(5);

/// A cable to a port.
pub(crate) struct Cable {
    pub(crate) port: u16,
    cut: Arc<AtomicBool>,
}

impl Cable {
    /// Whoever connects to its port is connected to this one.
    pub(crate) fn to(port: u16) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let cable = Cable {
            port: listener.local_addr().unwrap().port(),
            cut: Arc::default(),
        };
        let cut = Arc::clone(&cable.cut);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let cut = Arc::clone(&cut);
                std::thread::spawn(move || connect(near, port, &cut));
            }
        });
        cable
    }

    /// Cuts it, or makes it whole.
    pub(crate) fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }
}

fn wait_whole(cut: &AtomicBool) {
    while cut.load(Ordering::SeqCst) {
        std::thread::sleep(LOOK);
    }
}

fn connect(near: TcpStream, port: u16, cut: &Arc<AtomicBool>) {
    wait_whole(cut);
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    let (Ok(near_back), Ok(far_back)) = (near.try_clone(), far.try_clone()) else {
        return;
    };
    let cut_back = Arc::clone(cut);
    std::thread::spawn(move || carry(far_back, near_back, &cut_back));
    carry(near, far, cut);
}

fn carry(mut from: TcpStream, mut to: TcpStream, cut: &AtomicBool) {
    let _ = to.set_nodelay(true);
    let mut bytes = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        wait_whole(cut);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    wait_whole(cut);
    let _ = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
}
