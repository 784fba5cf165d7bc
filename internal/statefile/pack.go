package statefile

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// packer compresses blocks.
type packer struct {
	encoder *zstd.Encoder
	buf     []byte
}

func (p *packer) pack(b []byte) []byte {
	if p.encoder == nil {
		p.encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
			zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	}
	p.buf = p.encoder.EncodeAll(b, p.buf[:0])
	return p.buf
}

// unpacker decompresses blocks.
type unpacker struct {
	decoder *zstd.Decoder
	buf     []byte
}

func (u *unpacker) unpack(b []byte, raw int) ([]byte, error) {
	if u.decoder == nil {
		var err error
		if u.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<31)); err != nil {
			return nil, err
		}
	}
	out, err := u.decoder.DecodeAll(b, u.buf[:0])
	if err != nil {
		return nil, err
	}
	u.buf = out
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
