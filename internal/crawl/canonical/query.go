package canonical

import (
	"net/url"
	"strings"
)

// trackingParams are query parameters that attribute a visit to a campaign and do not
// change the page, as analytics and advertising services document them.
var trackingParams = map[string]bool{
	"gclid": true, "gclsrc": true, "dclid": true, "gbraid": true, "wbraid": true, "fbclid": true,
	"msclkid": true, "twclid": true, "ttclid": true, "yclid": true, "igshid": true, "li_fat_id": true,
	"mc_cid": true, "mc_eid": true, "mkt_tok": true, "_hsenc": true, "_hsmi": true, "hsctatracking": true,
	"_ga": true, "_gl": true, "_gid": true, "vero_id": true, "oly_anon_id": true, "oly_enc_id": true,
	"s_kwcid": true, "ef_id": true, "wickedid": true, "rb_clickid": true,
	"cmpid": true, "icid": true, "ncid": true, "sc_cid": true, "spm": true, "_branch_match_id": true,
}

// sessionParams are parameters that hold a session ID.
var sessionParams = map[string]bool{
	"jsessionid": true, "phpsessid": true, "aspsessionid": true, "sessionid": true, "session_id": true,
	"sid": true, "cfid": true, "cftoken": true, "zenid": true, "osclid": true,
}

// isDroppedParam reports whether a query parameter is a tracking or session parameter.
// The prefix utm_ belongs to Google Analytics, pk_ and mtm_ belong to Matomo.
func isDroppedParam(name string) bool {
	n := strings.ToLower(name)
	return strings.HasPrefix(n, "utm_") || strings.HasPrefix(n, "pk_") || strings.HasPrefix(n, "mtm_") || trackingParams[n] || sessionParams[n]
}

// removeTrackingParams removes tracking and session parameters from a query. The other
// parameters keep their spelling and order.
func removeTrackingParams(q string) string {
	if q == "" {
		return ""
	}
	unchanged := true
	for rest := q; rest != ""; {
		var part string
		part, rest, _ = strings.Cut(rest, "&")
		name, _, _ := strings.Cut(part, "=")
		if isDroppedParam(name) {
			unchanged = false
			break
		}
	}
	if unchanged {
		return q
	}
	var kept []string
	for _, part := range strings.Split(q, "&") {
		name, _, _ := strings.Cut(part, "=")
		if !isDroppedParam(name) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// removePathSession removes a path parameter that holds a session ID, such as
// ";jsessionid=...".
func removePathSession(u *url.URL) {
	i := strings.Index(u.Path, ";")
	if i < 0 {
		return
	}
	name, _, ok := strings.Cut(u.Path[i+1:], "=")
	if ok && sessionParams[strings.ToLower(name)] {
		u.Path, u.RawPath = u.Path[:i], ""
	}
}
