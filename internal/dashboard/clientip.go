package dashboard

import (
	"net/http"

	"github.com/clausea/crawler/internal/ipaddress"
)

// clientIP returns the IP address of the client.
func (s *Server) clientIP(r *http.Request) string { return ipaddress.OfClient(r, s.o.TrustedProxies) }
