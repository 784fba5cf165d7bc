package statefile

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// encoders are kept because each holds a window and tables.
var encoders = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(2*blockBytes))
	if err != nil {
		panic(err) // options that are never right or wrong by the input
	}
	return e
}}

// packer compresses blocks.
type packer struct {
	encoder *zstd.Encoder
	buf     []byte
}

// pack returns b compressed, valid until the next call.
func (p *packer) pack(b []byte) []byte {
	if p.encoder == nil {
		p.encoder = encoders.Get().(*zstd.Encoder)
	}
	p.buf = p.encoder.EncodeAll(b, p.buf[:0])
	return p.buf
}

func (p *packer) close() {
	if p.encoder != nil {
		encoders.Put(p.encoder)
		p.encoder = nil
	}
}

// unpacker decompresses blocks.
type unpacker struct {
	decoder *zstd.Decoder
	buf     []byte
}

// maxRatio of compression is what zstd can reach, rounded up.
const maxRatio = 1 << 16

// unpack returns the raw bytes of b, valid until the next call.
func (u *unpacker) unpack(b []byte, raw int) ([]byte, error) {
	if u.decoder == nil {
		var err error
		if u.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true)); err != nil {
			return nil, err
		}
	}
	if raw/maxRatio > len(b) {
		return nil, fmt.Errorf("%d bytes cannot become %d", len(b), raw)
	}
	if cap(u.buf) < raw {
		u.buf = make([]byte, 0, raw)
	}
	out, err := u.decoder.DecodeAll(b, u.buf[:0:raw])
	if err != nil {
		return nil, err
	}
	if len(out) != raw {
		return nil, fmt.Errorf("%d bytes instead of %d", len(out), raw)
	}
	return out, nil
}

func (u *unpacker) close() {
	if u.decoder != nil {
		u.decoder.Close()
	}
}
