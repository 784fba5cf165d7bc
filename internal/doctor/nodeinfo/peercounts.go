package nodeinfo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// peerCounts are segments sent, and sent again, by the address of the other end.
type peerCounts map[string]*struct{ out, again uint64 }

// segmentsMin is how many segments must have gone to a peer to say anything of it.
const segmentsMin = 200

func (p peerCounts) shares() map[string]float64 {
	out := map[string]float64{}
	for peer, n := range p {
		if n.out >= segmentsMin {
			out[peer] = float64(n.again) / float64(n.out)
		}
	}
	return out
}

// Layout of netlink's messages, in bytes: nlmsghdr, inet_diag_msg, rtattr, tcp_info.
const (
	headBytes    = 16
	diagBytes    = 72
	remoteAt     = 4 + 4 + 16 // of inet_diag_msg: after four bytes, two ports, the own address
	againAt      = 100        // tcpi_total_retrans
	outAt        = 136        // tcpi_segs_out, since Linux 4.2
	typeError    = 2          // NLMSG_ERROR
	typeDone     = 3          // NLMSG_DONE
	attrHead     = 4
	familyInet   = 2
	attrTCPInfo  = 2
	netlinkAlign = 4
)

// read takes the messages of one answer; done is true at the end of the list.
func (p peerCounts) read(b []byte) (n int, done bool, err error) {
	order := binary.NativeEndian
	for len(b) >= headBytes {
		length := int(order.Uint32(b))
		if length < headBytes || length > len(b) {
			return n, false, errors.New("an answer that is cut off")
		}
		body := b[headBytes:length]
		switch order.Uint16(b[4:]) {
		case typeDone:
			return n, true, nil
		case typeError:
			if len(body) >= 4 {
				if code := int32(order.Uint32(body)); code != 0 {
					return n, true, fmt.Errorf("refused: %w", syscall.Errno(-code))
				}
			}
			return n, true, nil
		}
		n++
		p.connection(body)
		b = b[min(len(b), (length+netlinkAlign-1)&^(netlinkAlign-1)):]
	}
	return n, false, nil
}

// connection reads an inet_diag_msg and the tcp_info that follows it.
func (p peerCounts) connection(b []byte) {
	if len(b) < diagBytes {
		return
	}
	order := binary.NativeEndian
	address := netip.AddrFrom4([4]byte(b[remoteAt:]))
	if b[0] != familyInet {
		address = netip.AddrFrom16([16]byte(b[remoteAt:])).Unmap()
	}
	for rest := b[diagBytes:]; len(rest) >= attrHead; {
		length := int(order.Uint16(rest))
		if length < attrHead || length > len(rest) {
			return
		}
		if info := rest[attrHead:length]; order.Uint16(rest[2:]) == attrTCPInfo && len(info) >= outAt+4 {
			key := address.String()
			if p[key] == nil {
				p[key] = &struct{ out, again uint64 }{}
			}
			p[key].out += uint64(order.Uint32(info[outAt:]))
			p[key].again += uint64(order.Uint32(info[againAt:]))
		}
		rest = rest[min(len(rest), (length+netlinkAlign-1)&^(netlinkAlign-1)):]
	}
}
