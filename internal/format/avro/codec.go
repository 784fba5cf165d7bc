package avro

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// codec compresses the blocks of container files.
type codec struct {
	name         string
	pack, unpack func(dst, src []byte) ([]byte, error)
}

// checkCodec refuses the names of codecs that blocks cannot be written with.
func checkCodec(name string) error {
	switch name {
	case "null", "deflate", "snappy", "zstandard":
		return nil
	case "bzip2", "xz":
		return fmt.Errorf("option 'avro.codec' = '%s' is not supported: write null, deflate, snappy or zstandard", name)
	}
	return fmt.Errorf("Unrecognized codec: %s. Write null, deflate, snappy or zstandard", name)
}

// codecOf finds a codec by its name in the header; "" is none.
func codecOf(name string) (codec, error) {
	switch name {
	case "", "null":
		none := func(dst, src []byte) ([]byte, error) { return append(dst, src...), nil }
		return codec{name, none, none}, nil
	case "deflate":
		return codec{name, deflate, inflate}, nil
	case "snappy":
		return codec{name, packSnappy, unpackSnappy}, nil
	case "zstandard":
		return zstandard()
	case "bzip2":
		return codec{name, nil, func(dst, src []byte) ([]byte, error) {
			return readInto(dst, bzip2.NewReader(bytes.NewReader(src)))
		}}, nil
	}
	return codec{}, fmt.Errorf("the file is compressed with '%s', which is not supported: null, deflate, snappy, bzip2 and zstandard are", name)
}

func readInto(dst []byte, r io.Reader) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	n, err := io.Copy(b, io.LimitReader(r, maxBlock))
	if n == maxBlock {
		return nil, errors.New("it is too large")
	}
	return b.Bytes(), err
}

func deflate(dst, src []byte) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	w, err := flate.NewWriter(b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(src); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func inflate(dst, src []byte) ([]byte, error) {
	return readInto(dst, flate.NewReader(bytes.NewReader(src)))
}

func packSnappy(dst, src []byte) ([]byte, error) {
	return binary.BigEndian.AppendUint32(append(dst, snappy.Encode(nil, src)...), checksum(src)), nil
}

func unpackSnappy(dst, src []byte) ([]byte, error) {
	if len(src) < 4 {
		return nil, errShort
	}
	text, sum := src[:len(src)-4], binary.BigEndian.Uint32(src[len(src)-4:])
	if n, err := snappy.DecodedLen(text); err != nil || n > maxBlock {
		return nil, errors.New("its length is wrong")
	}
	out, err := snappy.Decode(dst[:cap(dst)], text)
	if err == nil && checksum(out) != sum {
		err = errors.New("its checksum is wrong")
	}
	return out, err
}

func zstandard() (codec, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return codec{}, err
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return codec{}, err
	}
	return codec{"zstandard",
		func(dst, src []byte) ([]byte, error) { return w.EncodeAll(src, dst), nil },
		func(dst, src []byte) ([]byte, error) { return r.DecodeAll(src, dst) },
	}, nil
}
