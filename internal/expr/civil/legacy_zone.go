package civil

import (
	"strings"
	"time"
)

// LoadLegacyZone finds a time zone as java.util.TimeZone does: by a name of the
// tz database, GMT±h[h][:mm], or one of the old short names. Any other id is GMT.
func LoadLegacyZone(id string) *time.Location {
	if long, ok := legacyZones[id]; ok {
		id = long
	}
	if rest, ok := strings.CutPrefix(id, "GMT"); ok && rest != "" {
		if rest[0] == '+' || rest[0] == '-' {
			if sec, ok := offset(rest); ok && sec < 86400 && sec > -86400 {
				return time.FixedZone(id, sec)
			}
		}
		return time.UTC
	}
	if id == "" || id == "Local" || strings.ContainsAny(id[:1], "+-") {
		return time.UTC
	}
	if loc, err := time.LoadLocation(id); err == nil {
		return loc
	}
	return time.UTC
}

// legacyZones are the short names that Java still knows.
var legacyZones = map[string]string{
	"ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires", "ART": "Africa/Cairo",
	"AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CNT": "America/St_Johns",
	"CST": "America/Chicago", "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris",
	"IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "MIT": "Pacific/Apia",
	"NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi", "PNT": "America/Phoenix",
	"PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles", "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
	"EST": "GMT-5", "MST": "GMT-7", "HST": "GMT-10",
}
