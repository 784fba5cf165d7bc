package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"gocloud.dev/blob/driver"
)

// gcsWriter uploads an object of at most one chunk by one request, and a longer
// one chunk by chunk in a session, which the service forgets when it is not
// ended.
type gcsWriter struct {
	b       *gcsBucket
	ctx     context.Context
	key     string
	options *driver.WriterOptions
	kind    string // Content-Type
	buffer  []byte // what was not sent yet, up to a chunk
	session string // address; "" before the first chunk
	sent    int64  // bytes the service has
}

func (b *gcsBucket) NewTypedWriter(ctx context.Context, key, contentType string, o *driver.WriterOptions) (driver.Writer, error) {
	return &gcsWriter{b: b, ctx: ctx, key: key, options: o, kind: contentType}, nil
}

func (w *gcsWriter) Write(p []byte) (int, error) {
	n := 0
	for len(p) > 0 {
		// A full buffer is sent when more follows, so there is always a last chunk.
		if len(w.buffer) == w.b.chunk {
			if err := w.sendChunk(false); err != nil {
				return n, err
			}
		}
		k := min(len(p), w.b.chunk-len(w.buffer))
		w.buffer = append(w.buffer, p[:k]...)
		p, n = p[k:], n+k
	}
	return n, nil
}

// Close ends the upload: only then is the object there. gocloud calls it with
// a cancelled context to give up.
func (w *gcsWriter) Close() error {
	if err := w.ctx.Err(); err != nil {
		if w.session != "" {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), abortTimeout)
			defer cancel()
			if response, err := w.b.send(ctx, http.MethodDelete, w.session, nil, nil); err == nil {
				response.Body.Close()
			}
		}
		return err
	}
	if w.session == "" {
		return w.sendWhole()
	}
	return w.sendChunk(true)
}

// target is where an upload of that kind begins.
func (w *gcsWriter) target(kind string) string {
	query := url.Values{"uploadType": {kind}, "name": {w.key}}
	if w.options.IfNotExist {
		query.Set("ifGenerationMatch", "0")
	}
	return w.b.address + "/upload/storage/v1/b/" + url.PathEscape(w.b.name) + "/o?" + query.Encode()
}

func (w *gcsWriter) describe() ([]byte, error) {
	return json.Marshal(map[string]any{"name": w.key, "contentType": w.kind, "metadata": w.options.Metadata})
}

// sendWhole sends description and bytes in one request.
func (w *gcsWriter) sendWhole() error {
	description, err := w.describe()
	if err != nil {
		return err
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, part := range []struct {
		kind string
		data []byte
	}{{"application/json; charset=UTF-8", description}, {w.kind, w.buffer}} {
		p, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {part.kind}})
		if err == nil {
			_, err = p.Write(part.data)
		}
		if err != nil {
			return err
		}
	}
	if err := parts.Close(); err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"multipart/related; boundary=" + parts.Boundary()}}
	response, err := w.b.do(w.ctx, http.MethodPost, w.target("multipart"), header, body.Bytes())
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (w *gcsWriter) begin() error {
	description, err := w.describe()
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "X-Upload-Content-Type": {w.kind}}
	response, err := w.b.do(w.ctx, http.MethodPost, w.target("resumable"), header, description)
	if err != nil {
		return err
	}
	response.Body.Close()
	if w.session = response.Header.Get("Location"); w.session == "" {
		return errors.New("the service began an upload without telling where to")
	}
	return nil
}

// sendChunk sends the buffer. When an answer is lost it asks how much arrived
// and sends the rest.
func (w *gcsWriter) sendChunk(last bool) error {
	if w.session == "" {
		if err := w.begin(); err != nil {
			return err
		}
	}
	end, total := w.sent+int64(len(w.buffer)), "*"
	if last {
		total = strconv.FormatInt(end, 10)
	}
	ask := false // how much arrived, instead of sending
	for try := 0; ; {
		rest := w.buffer[len(w.buffer)-int(end-w.sent):]
		span := fmt.Sprintf("bytes %d-%d/%s", w.sent, end-1, total)
		if ask || len(rest) == 0 {
			rest, span = nil, "bytes */"+total
		}
		response, err := w.b.send(w.ctx, http.MethodPut, w.session, http.Header{"Content-Range": {span}, "X-Guploader-No-308": {"yes"}}, rest)
		if err != nil {
			refusal := (*gcsError)(nil)
			if errors.As(err, &refusal) && !mayPass(refusal.status) || try == gcsTries || !pause(w.ctx, try) {
				return err
			}
			ask, try = true, try+1
			continue
		}
		response.Body.Close()
		if !isIncomplete(response) {
			if !last {
				return errors.New("the service ended an upload that goes on")
			}
			w.sent = end
			return nil
		}
		arrived, err := arrivedBytes(response)
		if err != nil || arrived < w.sent || arrived > end {
			return fmt.Errorf("the service says it has %d bytes, after %d of %d were sent", arrived, end, end)
		}
		switch {
		case arrived > w.sent:
			try = 0
		case !ask:
			if try++; try > gcsTries || !pause(w.ctx, try) {
				return errors.New("the service takes no more bytes")
			}
		}
		w.sent, ask = arrived, false
		if arrived == end && !last {
			w.buffer = w.buffer[:0]
			return nil
		}
	}
}

// isIncomplete reports that the service waits for more of an upload.
func isIncomplete(response *http.Response) bool {
	return response.StatusCode == http.StatusPermanentRedirect || response.Header.Get("X-Http-Status-Code-Override") == "308"
}

// arrivedBytes is how much of an upload the service has: "bytes=0-99" is 100.
func arrivedBytes(response *http.Response) (int64, error) {
	span := response.Header.Get("Range")
	if span == "" {
		return 0, nil
	}
	_, last, _ := strings.Cut(span, "-")
	n, err := strconv.ParseInt(last, 10, 64)
	return n + 1, err
}
