// Package ipaddress determines the IP address of the client of a request behind proxies.
package ipaddress

import (
	"net/http"
	"net/netip"
	"strings"
)

// OfClient returns the IP address of the client: that of the connection or, if a trusted proxy
// opened it, the last one in X-Forwarded-For that is not a trusted proxy. What stands before it
// was written by the client.
func OfClient(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "" // a Unix socket
	}
	ip := peer.Addr().Unmap()
	if !isTrusted(ip, trusted) {
		return ip.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = hop.Unmap()
		if !isTrusted(ip, trusted) {
			break
		}
	}
	return ip.WithZone("").String()
}

func isTrusted(ip netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
