package mongo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// fault is a fault that a proxy causes for a write command.
type fault string

const (
	lostResponse      fault = "the response is lost"
	truncatedResponse fault = "the response is truncated"
	lateResponse      fault = "the response arrives after the timeout"
	lostCommand       fault = "the command is lost"
)

// proxy is a proxy between a store and a server. It reads MongoDB's wire protocol and causes
// one fault each time it is armed.
type proxy struct {
	server string
	listen net.Listener

	mu       sync.Mutex
	armed    fault
	faults   int
	commands int
	unsafe   []string // write commands that a retry could duplicate, or that a minority could acknowledge
	conns    []net.Conn
	wait     sync.WaitGroup
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{server: server, listen: l}
	p.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.wait.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wait.Wait()
	})
	return p
}

func (p *proxy) uri() string {
	return "mongodb://" + p.listen.Addr().String() + "/?directConnection=true"
}

// arm causes f for the next write command.
func (p *proxy) arm(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = f
}

// takeFault returns the fault to cause for a command, if any, and disarms the proxy.
func (p *proxy) takeFault(name string, command bson.Raw) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commands++
	if why := unsafe(name, command); why != "" {
		p.unsafe = append(p.unsafe, why)
	}
	f := p.armed
	if f != "" {
		p.armed = ""
		p.faults++
	}
	return f
}

// unsafe returns what a write command lacks: a transaction number, by which the server
// recognizes a retry, or a majority write concern, which in a transaction the commit has.
func unsafe(name string, c bson.Raw) string {
	_, errTxn := c.LookupErr("txnNumber")
	_, errAuto := c.LookupErr("autocommit")
	w, _ := c.Lookup("writeConcern", "w").StringValueOK()
	switch {
	case errTxn != nil:
		return name + " has no txnNumber"
	case w != "majority" && (name == "commitTransaction" || errAuto != nil):
		return name + " is not for a majority"
	}
	return ""
}

func (p *proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.server, time.Minute)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, server)
	p.mu.Unlock()
	var victims sync.Map // request ID to fault
	p.wait.Go(func() {
		defer func() { _ = client.Close() }()
		defer func() { _ = server.Close() }()
		for {
			m, err := readMessage(server)
			if err != nil {
				return
			}
			f, hit := victims.LoadAndDelete(binary.LittleEndian.Uint32(m[8:]))
			switch {
			case !hit:
			case f == lostResponse:
				return
			case f == truncatedResponse:
				_, _ = client.Write(m[:len(m)/2])
				return
			default:
				<-time.After(attemptTimeout + time.Second) // the fault itself
			}
			if _, err := client.Write(m); err != nil {
				return
			}
		}
	})
	defer func() { _ = client.Close() }()
	defer func() { _ = server.Close() }()
	for {
		m, err := readMessage(client)
		if err != nil {
			return
		}
		if name, command := commandOf(m); writes[name] {
			switch f := p.takeFault(name, command); f {
			case "":
			case lostCommand:
				return
			default:
				victims.Store(binary.LittleEndian.Uint32(m[4:]), f)
			}
		}
		if _, err := server.Write(m); err != nil {
			return
		}
	}
}

var writes = map[string]bool{"insert": true, "update": true, "delete": true, "findAndModify": true, "commitTransaction": true}

// readMessage reads one message of MongoDB's wire protocol: a header of four little-endian
// numbers (length, request ID, response to, opcode) and the body.
func readMessage(r io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n < 16 || n > 64<<20 {
		return nil, fmt.Errorf("invalid message length %d", n)
	}
	m := make([]byte, n)
	copy(m, length[:])
	_, err := io.ReadFull(r, m[4:])
	return m, err
}

// opMsg is the opcode of commands since MongoDB 3.6.
const opMsg = 2013

// commandOf returns the command of a message and its name, the first key of the body.
func commandOf(m []byte) (string, bson.Raw) {
	const body = 16 + 4 // the header and the flags
	if binary.LittleEndian.Uint32(m[12:]) != opMsg {
		return "", nil
	}
	for at := body; at < len(m); {
		size := int(binary.LittleEndian.Uint32(m[at+1:]))
		if m[at] == 0 {
			doc := m[at+1 : at+1+size]
			name, _, _ := bytes.Cut(doc[5:], []byte{0})
			return string(name), doc
		}
		at += 1 + size
	}
	return "", nil
}
