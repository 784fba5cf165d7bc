package bundle

import (
	"bytes"
	"regexp"
	"sync"
)

// secretKey is a key whose value nobody else should see.
const secretKey = `[\w.\-]*(?i:password|passwd|secret|token|apikey|api-key|access-key|access_key|auth-params|service-key|credential|jaas\.config|basic-auth|account\.key|http-headers|authorization)[\w.\-]*`

// secret is a pattern and what takes the place of its matches.
type secret struct {
	pattern *regexp.Regexp
	masked  string
}

// secrets are compiled when the first text is masked: few commands mask any.
var secrets = sync.OnceValue(func() []secret {
	return []secret{
		{regexp.MustCompile(`(?i)(\bbearer\s+)[A-Za-z0-9._\-+/=]{8,}`), `${1}******`},
		// {"key":"s3.secret-key","value":"…"}
		{regexp.MustCompile(`("key"\s*:\s*"` + secretKey + `"\s*,\s*"value"\s*:\s*")(?:[^"\\]|\\.)*(")`), `${1}******${2}`},
		// "s3.secret-key": "…"
		{regexp.MustCompile(`("` + secretKey + `"\s*:\s*")(?:[^"\\]|\\.)*(")`), `${1}******${2}`},
		// 'password' = '…', as in SQL
		{regexp.MustCompile(`('` + secretKey + `'\s*=\s*')(?:[^']|'')*(')`), `${1}******${2}`},
		// s3.secret-key: …, password=…, -Dtoken=… of logs, options and URLs
		{regexp.MustCompile(`(\b` + secretKey + `\s*[=:]\s?)([^\s"',;&\\*]+)`), `${1}******`},
		{regexp.MustCompile(`(Loading configuration property: ` + secretKey + `,\s)(\S+)`), `${1}******`},
		// scheme://user:password@host
		{regexp.MustCompile(`(\b[a-z][a-z0-9+.\-]*://[^\s/:@"']+:)[^\s/@"']+(@)`), `${1}******${2}`},
		{regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`), `******`},
	}
})

// signs are the words of which a text with a secret has at least one, in small
// letters: most texts have none, and need no slower look.
var signs = [][]byte{
	[]byte("password"), []byte("passwd"), []byte("secret"), []byte("token"), []byte("apikey"), []byte("api-key"), []byte("access-key"), []byte("access_key"),
	[]byte("auth-params"), []byte("service-key"), []byte("credential"), []byte("jaas.config"), []byte("basic-auth"), []byte("account.key"), []byte("http-headers"),
	[]byte("authorization"), []byte("bearer"), []byte("://"), []byte("akia"), []byte("asia"),
}

func suspicious(text []byte) bool {
	small := bytes.ToLower(text)
	for _, s := range signs {
		if bytes.Contains(small, s) {
			return true
		}
	}
	return false
}

// Mask hides what looks like a secret in an answer.
func Mask(text []byte) []byte {
	if !suspicious(text) {
		return text
	}
	for _, s := range secrets() {
		text = s.pattern.ReplaceAll(text, []byte(s.masked))
	}
	return text
}

// maskLog masks line by line: few lines of a log need it.
func maskLog(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		out = append(out, Mask(line)...)
	}
	return out
}
