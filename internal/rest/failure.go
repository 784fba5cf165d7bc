package rest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// failureCause is a throwable of Java as Flink's clients insist on it.
type failureCause struct {
	Class      string `json:"class"`
	Stack      string `json:"stack-trace"`
	Serialized string `json:"serialized-throwable"`
}

// failureClass is the class that a failure of flott has in the eyes of Java.
const failureClass = "org.apache.flink.util.FlinkException"

func newFailureCause(err error) *failureCause {
	message := err.Error()
	return &failureCause{failureClass, failureClass + ": " + message + "\n", base64.StdEncoding.EncodeToString(serialize(message))}
}

// exceptionName is the type of the innermost error that has one of its own.
func exceptionName(err error) string {
	name := "error"
	for ; err != nil; err = errors.Unwrap(err) {
		if t := fmt.Sprintf("%T", err); !strings.HasPrefix(t, "*errors.") && !strings.HasPrefix(t, "*fmt.") {
			name = strings.TrimPrefix(t, "*")
		}
	}
	return name
}

// trace is an error in the place of a stack trace.
func trace(err error) string {
	if err == nil {
		return ""
	}
	return exceptionName(err) + ": " + err.Error() + "\n"
}

// javaTextMax bounds texts in a serialised throwable; the format takes 65535 bytes.
const javaTextMax = 60_000

// serialize writes an org.apache.flink.util.SerializedThrowable in the format of
// Java's object streams: its message and stack trace are text, it has no cause and
// nothing inside.
func serialize(message string) []byte {
	w := javaWriter{0xac, 0xed, 0, 5}
	w.raw(0x73) // object
	w.class("org.apache.flink.util.SerializedThrowable", 0x65169df51fa713f3, 2, []javaField{
		{'L', "fullStringifiedStackTrace", "Ljava/lang/String;"}, {'L', "originalErrorClassName", sameAsFirst}, {'[', "serializedException", "[B"},
	})
	w.class("java.lang.Exception", 0xd0fd1f3e1a3b1cc4, 2, nil)
	w.class("java.lang.Throwable", 0xd5c635273977b8cb, 3, []javaField{
		{'L', "cause", "Ljava/lang/Throwable;"}, {'L', "detailMessage", sameAsFirst},
		{'[', "stackTrace", "[Ljava/lang/StackTraceElement;"}, {'L', "suppressedExceptions", "Ljava/util/List;"},
	})
	w.raw(null)
	// Of Throwable, whose fields end with a mark: no cause, the message, no frames.
	w.raw(null)
	w.text(message)
	w.raw(null, null, 0x78)
	// Of SerializedThrowable: nothing serialised inside.
	w.text(failureClass + ": " + message + "\n")
	w.text(failureClass)
	w.raw(null)
	return w
}

const null = 0x70

// sameAsFirst is the type of a field that has the type of the first field written.
const sameAsFirst = ""

// javaWriter is an object stream being written.
type javaWriter []byte

type javaField struct {
	code       byte
	name, kind string
}

func (w *javaWriter) raw(b ...byte) { *w = append(*w, b...) }

// class writes a class description up to that of its parent, which must follow.
func (w *javaWriter) class(name string, uid uint64, flags byte, fields []javaField) {
	w.raw(0x72)
	w.utf(name)
	*w = binary.BigEndian.AppendUint64(*w, uid)
	w.raw(flags, 0, byte(len(fields)))
	for _, f := range fields {
		w.raw(f.code)
		w.utf(f.name)
		if f.kind == sameAsFirst {
			w.raw(0x71, 0, 0x7e, 0, 1) // handle 1: handle 0 is the first class
			continue
		}
		w.text(f.kind)
	}
	w.raw(0x78)
}

// text writes a string object.
func (w *javaWriter) text(s string) {
	w.raw(0x74)
	w.utf(s)
}

// utf writes a string in Java's own form of UTF-8.
func (w *javaWriter) utf(s string) {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if len(b) > javaTextMax {
			break
		}
		switch {
		case u != 0 && u < 0x80:
			b = append(b, byte(u))
		case u < 0x800:
			b = append(b, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
		default:
			b = append(b, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
		}
	}
	*w = binary.BigEndian.AppendUint16(*w, uint16(len(b)))
	w.raw(b...)
}
