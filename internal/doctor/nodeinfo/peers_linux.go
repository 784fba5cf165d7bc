package nodeinfo

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

const (
	diagRequestBytes = 56 // struct inet_diag_req_v2
	diagInfo         = 2  // attribute INET_DIAG_INFO: struct tcp_info
	dumpBytes        = 1 << 16
	messagesMax      = 200_000 // connections that are looked at
)

// Peers asks the kernel (sock_diag over netlink) how many segments each established
// TCP connection of this network namespace has sent, and sent again, and sums them up
// by the address at the other end. No privilege is needed.
func Peers() (map[string]float64, error) {
	all := peerCounts{}
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		if err := dump(family, all); err != nil {
			return nil, fmt.Errorf("the kernel does not list TCP connections (sock_diag): %w", err)
		}
	}
	return all.shares(), nil
}

// dump asks for all connections of an address family.
func dump(family uint8, into peerCounts) error {
	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return err
	}
	if err := unix.Sendto(socket, diagRequest(family), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	buffer := make([]byte, dumpBytes)
	for n := 0; n < messagesMax; {
		size, _, err := unix.Recvfrom(socket, buffer, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		count, done, err := into.read(buffer[:size])
		if n += count; err != nil || done {
			return err
		}
	}
	return nil
}

// diagRequest is nlmsghdr with inet_diag_req_v2: TCP, established, with tcp_info.
func diagRequest(family uint8) []byte {
	const length = unix.SizeofNlMsghdr + diagRequestBytes
	b := make([]byte, length)
	order := binary.NativeEndian
	order.PutUint32(b[0:], length)
	order.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	order.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	b[16] = family
	b[17] = unix.IPPROTO_TCP
	b[18] = 1 << (diagInfo - 1)
	order.PutUint32(b[20:], 1<<1) // TCP_ESTABLISHED
	return b
}
