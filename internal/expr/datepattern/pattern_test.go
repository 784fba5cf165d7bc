package datepattern

import (
	"fmt"
	"testing"

	"github.com/flottstream/flott/internal/expr/civil"
)

func moment() *Moment {
	return &Moment{Days: civil.Days(2024, 2, 29), Second: 13*3600 + 4*60 + 5, Nano: 678_000_000, Zone: "UTC", ID: "UTC"}
}

// The expected texts were given by Flink 2.3.
func TestFormat(t *testing.T) {
	for _, c := range []struct {
		pattern string
		style   Style
		want    string
	}{
		{"yyyy-MM-dd HH:mm:ss.SSS a EEE D w u e", Modern, "2024-02-29 13:04:05.678 PM Thu 60 9 2024 5"},
		{"hh k K kk A n N SSSSSS S G Y L LLL EEEE EEEEE MMMMM", Modern, "01 13 1 13 47045678 678000000 47045678000000 678000 6 AD 2024 2 Feb Thursday T F"},
		{"QQQ q B", Modern, "Q1 1 in the afternoon"},
		{"yyyy-MM-dd'T''x'HH", Modern, "2024-02-29T'x13"},
		{"YYYY-ww W F u EEEE MMM S SSS SSSSSS k K Z X", Legacy, "2024-09 5 5 4 Thursday Feb 678 678 000678 13 1 +0000 Z"},
		{"yy MMM MMMM d H", Legacy, "24 Feb February 29 13"},
		{"yyyy/MM/dd a hh:mm:ss.SSS EEE z", Legacy, "2024/02/29 PM 01:04:05.678 Thu UTC"},
	} {
		p, err := Compile(c.pattern, c.style)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := string(p.Append(nil, moment())); got != c.want {
			t.Errorf("%s\n got  %s\n want %s", c.pattern, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in, pattern string
		style       Style
		want        string
	}{
		{"24-2-3", "yy-M-d", Modern, "2024-2-3 0.0"},
		{"20240203", "yyyyMMdd", Modern, "2024-2-3 0.0"},
		{"20240203101112123", "yyyyMMddHHmmssSSS", Modern, "2024-2-3 36672.123000000"},
		{"03 Feb 2024 01:02 PM", "dd MMM yyyy hh:mm a", Modern, "2024-2-3 46920.0"},
		{"2024-02-30", "yyyy-MM-dd", Modern, "2024-2-29 0.0"},
		{"2024-02-32", "yyyy-MM-dd", Modern, "bad"},
		{"2024-2-3", "yyyy-MM-dd", Modern, "bad"},
		{"2024-02-03 extra", "yyyy-MM-dd", Modern, "bad"},
		{"10:11", "HH:mm", Modern, "1970-1-1 36660.0"},
		{"2024-02-03 10", "yyyy-MM-dd[ HH[:mm]]", Modern, "2024-2-3 36000.0"},
		{"2024-02-03", "yyyy-MM-dd[ HH[:mm]]", Modern, "2024-2-3 0.0"},
		{"2024-02-03 24:00", "yyyy-MM-dd HH:mm", Modern, "2024-2-3 86400.0"},
		{"2024-01-01T10:00:00Z", "yyyy-MM-dd'T'HH:mm:ss'Z'", Modern, "2024-1-1 36000.0"},
		{"2024-01-01 10+0130", "yyyy-MM-dd HHZ", Modern, "2024-1-1 36000.0 +5400"},
		{"2024-02-03 extra", "yyyy-MM-dd", Legacy, "2024-2-3 0.0"},
		{"2024-2-3", "yyyy-MM-dd", Legacy, "2024-2-3 0.0"},
		{"2024-13-01", "yyyy-MM-dd", Legacy, "2025-1-1 0.0"},
		{"20240131", "yyyyMMdd", Legacy, "2024-1-31 0.0"},
		{"2024-01-01 00:00:00 +08:00", "yyyy-MM-dd HH:mm:ss X", Legacy, "2024-1-1 0.0 +28800"},
		{"xx", "yyyy", Legacy, "bad"},
	} {
		p, err := Compile(c.pattern, c.style)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		got := "bad"
		if r, ok := p.Parse([]byte(c.in)); ok {
			y, m, d := civil.Date(r.Days)
			got = fmt.Sprintf("%d-%d-%d %d.%d", y, m, d, r.Second, r.Nano)
			if r.HasOffset {
				got += fmt.Sprintf(" %+d", r.Offset)
			}
		}
		if got != c.want {
			t.Errorf("%q with %s: %s, want %s", c.in, c.pattern, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		pattern string
		style   Style
		want    string
	}{
		{"bad", Modern, "Unknown pattern letter: b"}, {"e", Legacy, "Illegal pattern character 'e'"},
		{"'x", Modern, "Pattern ends with an incomplete string literal: 'x"}, {"HHH", Modern, "Too many pattern letters: H"},
		{"]", Modern, "Pattern invalid as it contains ] without previous ["},
	} {
		if _, err := Compile(c.pattern, c.style); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.pattern, err, c.want)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("yyyy-MM-dd[ HH:mm:ss]", "2024-01-01 10:00:00")
	f.Add("dd MMM yy a", "01 Feb 24 PM")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		for _, style := range []Style{Modern, Legacy} {
			p, err := Compile(pattern, style)
			if err != nil {
				continue
			}
			p.Append(nil, moment())
			p.Parse([]byte(text))
		}
	})
}
