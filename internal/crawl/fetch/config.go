package fetch

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/crawl/netguard"
)

// DefaultUserAgent is the User-Agent of the crawler.
const DefaultUserAgent = "Mozilla/5.0 (compatible; ClauseaBot/1.0; +https://clausea.co/bot)"

// Defaults of a Config, chosen by hand.
const (
	DefaultTimeout             = 10 * time.Second
	DefaultMaxBody             = 8 << 20 // bytes
	defaultMaxIdleConnsPerHost = 16
)

// Config configures a Fetcher. Its zero value is valid.
type Config struct {
	Guard               *netguard.Guard // nil: one without an allowlist
	ConnectTo           []ConnectTo     // the first match applies; ignored if Proxy is set
	CAFile              string          // PEM file with certificate authorities in addition to the system's
	Proxy               string          // URL of a forward proxy; empty: none
	UserAgent           string          // empty: DefaultUserAgent
	Timeout             time.Duration   // of one request, including its body; 0: DefaultTimeout
	MaxBody             int64           // bytes after decompression; 0: DefaultMaxBody
	MaxIdleConnsPerHost int             // 0: 16
	// Resolver serves tests with changing DNS answers. Nil is the default resolver.
	Resolver *net.Resolver
	// OnConnect, if set, is called before each connection, after the Guard has permitted its
	// address. An error rejects the connection. It is not called if Proxy is set.
	OnConnect func(network, addr string) error
	// OnDone, if set, is called after each request. status is the HTTP status of its response;
	// if it had no usable response, status is 0 and reason says why. A redirect is a request of
	// its own. It must not block, and is called from several goroutines at once.
	OnDone func(status int, reason Reason, took time.Duration)
}

func (c Config) withDefaults() Config {
	if c.Guard == nil {
		c.Guard = netguard.New(nil)
	}
	if c.UserAgent == "" {
		c.UserAgent = DefaultUserAgent
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxBody <= 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.MaxIdleConnsPerHost <= 0 {
		c.MaxIdleConnsPerHost = defaultMaxIdleConnsPerHost
	}
	return c
}

// ConnectTo redirects connections for a host and port, like curl's --connect-to. An empty Host
// or Port matches any; an empty ToHost or ToPort keeps the original.
type ConnectTo struct{ Host, Port, ToHost, ToPort string }

// ParseConnectTo parses HOST1:PORT1:HOST2:PORT2. It does not accept IPv6 addresses.
func ParseConnectTo(s string) (ConnectTo, error) {
	f := strings.Split(s, ":")
	if len(f) != 4 {
		return ConnectTo{}, fmt.Errorf("connect-to %q does not have the form HOST1:PORT1:HOST2:PORT2, in which each part may be empty", s)
	}
	return ConnectTo{strings.ToLower(f[0]), f[1], f[2], f[3]}, nil
}

// dialTarget applies ConnectTo to the host and port of a connection.
func (c Config) dialTarget(hostPort string) string {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	for _, t := range c.ConnectTo {
		if (t.Host == "" || t.Host == strings.ToLower(host)) && (t.Port == "" || t.Port == port) {
			if t.ToHost != "" {
				host = t.ToHost
			}
			if t.ToPort != "" {
				port = t.ToPort
			}
			return net.JoinHostPort(host, port)
		}
	}
	return hostPort
}
