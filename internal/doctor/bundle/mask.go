package bundle

import "regexp"

// secretKey is a key whose value nobody else should see.
const secretKey = `[\w.\-]*(?i:password|passwd|secret|token|apikey|api-key|access-key|access_key|auth-params|service-key|credential|jaas\.config|basic-auth|account\.key|http-headers|authorization)[\w.\-]*`

var secrets = []struct {
	pattern *regexp.Regexp
	masked  string
}{
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

// Mask hides what looks like a secret in an answer or a log.
func Mask(text []byte) []byte {
	for _, s := range secrets {
		text = s.pattern.ReplaceAll(text, []byte(s.masked))
	}
	return text
}
