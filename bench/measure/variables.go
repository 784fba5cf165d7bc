package measure

import (
	"fmt"
	"maps"
	"regexp"
)

// Variables are the values of ${…} in scripts.
type Variables map[string]string

// With returns a copy with one more value.
func (v Variables) With(name, value string) Variables {
	w := maps.Clone(v)
	if w == nil {
		w = Variables{}
	}
	w[name] = value
	return w
}

var placeholder = regexp.MustCompile(`\$\{([A-Z_]+)\}`)

// Fill puts values in their places in text; each place must have one.
func (v Variables) Fill(text string) (string, error) {
	var missing string
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		name := p[2 : len(p)-1]
		value, ok := v[name]
		if !ok {
			missing = name
		}
		return value
	})
	if missing != "" {
		return "", fmt.Errorf("${%s} has no value", missing)
	}
	return text, nil
}
