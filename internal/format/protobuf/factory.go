// Package protobuf is Flink's 'protobuf' format: a message is one Protocol
// Buffers message, fields found by name.
//
// Flink reads the definition of the message out of a generated Java class. Here
// a descriptor set takes its place: 'protobuf.descriptor-file' names what protoc
// --descriptor_set_out --include_imports writes. 'message-class-name' is the
// full name of the message, or its Java class as Flink wants it.
//
// Decoding is by two steps a message: the wire is scanned for the wanted fields,
// then their values are appended to the columns. Nothing is boxed.
package protobuf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Factory makes decoders and encoders of Protocol Buffers.
type Factory struct{}

var _ format.Factory = Factory{}

// Name is "protobuf".
func (Factory) Name() string { return "protobuf" }

// Changelog is insert-only.
func (Factory) Changelog() format.Changelog { return format.InsertOnly }

const (
	optMessage      = "message-class-name"
	optDescriptors  = "descriptor-file"
	optIgnoreErrors = "ignore-parse-errors"
	optDefaults     = "read-default-values"
	optNullLiteral  = "write-null-string-literal"
)

// Options lists the format's options.
func (Factory) Options() []string {
	return []string{optMessage, optDescriptors, optIgnoreErrors, optDefaults, optNullLiteral}
}

// settings are the options, read.
type settings struct {
	message, descriptors   string
	ignoreErrors, defaults bool
	nullLiteral            string // what a NULL text inside of ARRAY or MAP is written as
}

func readOptions(options map[string]string) (settings, error) {
	s := settings{message: options[optMessage], descriptors: options[optDescriptors], nullLiteral: options[optNullLiteral]}
	if s.message == "" {
		return s, errors.New("One or more required options are missing.\n\nMissing required options are:\n\nprotobuf.message-class-name\n\nIt is the full name of the message, e.g. 'shop.Order'")
	}
	if s.descriptors == "" {
		return s, fmt.Errorf("format 'protobuf' has to be told what %s looks like: set 'protobuf.descriptor-file' to the file that "+
			"protoc --include_imports --descriptor_set_out=FILE writes; Java classes are not read", s.message)
	}
	for name, target := range map[string]*bool{optIgnoreErrors: &s.ignoreErrors, optDefaults: &s.defaults} {
		switch text := options[name]; strings.ToLower(text) {
		case "", "false":
		case "true":
			*target = true
		default:
			return s, fmt.Errorf("option 'protobuf.%s' is %q, but must be true or false", name, text)
		}
	}
	return s, nil
}

func newMessage(schema types.Schema, options map[string]string, write bool) (*message, settings, error) {
	s, err := readOptions(options)
	if err != nil {
		return nil, s, err
	}
	desc, err := find(s.descriptors, s.message)
	if err != nil {
		return nil, s, err
	}
	b := builder{settings: s, syntax: desc.Syntax(), write: write}
	m, err := b.message(desc, schema)
	return m, s, err
}

// NewDecoder returns a decoder of rows of schema.
func (Factory) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	m, s, err := newMessage(schema, options, false)
	if err != nil {
		return nil, err
	}
	return &decoder{root: m, ignore: s.ignoreErrors}, nil
}

// NewEncoder returns an encoder of rows of schema.
func (Factory) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	m, s, err := newMessage(schema, options, true)
	if err != nil {
		return nil, err
	}
	return &encoder{root: m, nullLiteral: s.nullLiteral}, nil
}
