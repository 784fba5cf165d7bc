package nodeinfo

import (
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"testing"
)

// message is one connection as the kernel tells it.
func message(family byte, remote []byte, out, again uint32) []byte {
	b := make([]byte, headBytes+diagBytes+attrHead+144)
	order := binary.NativeEndian
	order.PutUint32(b, uint32(len(b)))
	order.PutUint16(b[4:], 20)
	b[headBytes] = family
	copy(b[headBytes+remoteAt:], remote)
	attr := b[headBytes+diagBytes:]
	order.PutUint16(attr, uint16(len(attr)))
	order.PutUint16(attr[2:], attrTCPInfo)
	order.PutUint32(attr[attrHead+outAt:], out)
	order.PutUint32(attr[attrHead+againAt:], again)
	return b
}

func TestPeerCounts(t *testing.T) {
	p := peerCounts{}
	mapped := append(make([]byte, 10), 255, 255, 10, 0, 0, 2)
	b := append(message(familyInet, []byte{10, 0, 0, 2}, 1000, 100), message(10, mapped, 1000, 300)...)
	b = append(b, message(familyInet, []byte{10, 0, 0, 3}, segmentsMin-1, 50)...)
	end := make([]byte, headBytes)
	binary.NativeEndian.PutUint32(end, headBytes)
	binary.NativeEndian.PutUint16(end[4:], typeDone)
	n, done, err := p.read(append(b, end...))
	if n != 3 || !done || err != nil {
		t.Fatalf("%d, %t, %v", n, done, err)
	}
	if got := p.shares(); len(got) != 1 || got["10.0.0.2"] != 0.2 {
		t.Errorf("%v, want 20 %% to 10.0.0.2 alone", got)
	}
	refused := append(make([]byte, headBytes), 0, 0, 0, 0)
	binary.NativeEndian.PutUint32(refused, uint32(len(refused)))
	binary.NativeEndian.PutUint16(refused[4:], typeError)
	code := int32(-13)
	binary.NativeEndian.PutUint32(refused[headBytes:], uint32(code))
	if _, _, err := p.read(refused); err == nil {
		t.Error("EACCES is no error")
	}
}

func FuzzPeerCounts(f *testing.F) {
	f.Add(message(familyInet, []byte{10, 0, 0, 2}, 1000, 100))
	f.Fuzz(func(_ *testing.T, b []byte) {
		p := peerCounts{}
		_, _, _ = p.read(b)
		p.shares()
	})
}

// The kernel of this machine tells of a connection that has sent enough.
func TestPeersOfThisMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux only")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = io.Copy(c, c)
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	one := []byte{1}
	for range 2 * segmentsMin {
		if _, err := c.Write(one); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, one); err != nil {
			t.Fatal(err)
		}
	}
	peers, err := Peers()
	if err != nil {
		t.Skipf("not allowed here: %v", err)
	}
	if share, ok := peers["127.0.0.1"]; !ok || share < 0 || share > 0.5 {
		t.Errorf("%v", peers)
	}
}
