package main

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"mooring/account"
)

// How many connections there may be. Each takes a file, and some of those are
// for the database, the log and the clouds.
const (
	mostConnections   = 4_096
	mostFromOne       = 256 // address, or /64 of IPv6
	filesForOthers    = 32  // at least, and a quarter of all
	refusalsLogged    = time.Minute
	fewestConnections = 8
)

// connections bounds how many connections visitors have: all together, and those
// of one address, so that nobody uses up the files of the process alone. At the
// bound the connection that has been idle for longest makes room; where none is
// idle, the new one is closed. Connections of trusted proxies, and those to a unix
// socket, are not counted: each of them speaks for many visitors.
type connections struct {
	most, fromOne int
	proxies       []*net.IPNet
	log           *slog.Logger

	mu       sync.Mutex
	open     map[net.Conn]*visit
	networks map[string]*shared
	idle     list.List // of *visit, the longest idle first
	refused  int       // since that was last logged
	logged   time.Time
}

// shared is what the connections from one network share.
type shared struct {
	open int
	idle list.List // of *visit, the longest idle first
}

// visit is a connection of a visitor.
type visit struct {
	conn     net.Conn
	networks []string        // of its address, the smallest first
	places   []*list.Element // while it is idle: in connections.idle, then in those of its networks
}

// newConnections bounds connections to what a process with so many files can have.
func newConnections(files uint64, proxies []*net.IPNet, log *slog.Logger) *connections {
	others := max(filesForOthers, files/4)
	most := mostConnections
	if files < mostConnections+others {
		most = max(int(files)-int(others), fewestConnections)
	}
	return &connections{most: most, fromOne: min(max(most/4, fewestConnections), mostFromOne), proxies: proxies, log: log,
		open: map[net.Conn]*visit{}, networks: map[string]*shared{}}
}

// follow is an http.Server's ConnState.
func (c *connections) follow(conn net.Conn, state http.ConnState) {
	var closing net.Conn
	c.mu.Lock()
	switch state {
	case http.StateNew:
		closing = c.add(conn)
	case http.StateActive:
		c.wake(c.open[conn])
	case http.StateIdle:
		c.rest(c.open[conn])
	case http.StateClosed, http.StateHijacked:
		c.remove(c.open[conn])
	}
	c.mu.Unlock()
	if closing != nil {
		cut(closing)
	}
}

// cut closes a connection without a word: a client who reads nothing would make
// TLS wait for its goodbye.
func cut(conn net.Conn) {
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	_ = conn.Close()
}

// add counts a connection. It gives the one that has to go for it, which may be
// itself.
func (c *connections) add(conn net.Conn) (closing net.Conn) {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil || conn.RemoteAddr().Network() == "unix" || c.trusts(host) {
		return nil
	}
	v := &visit{conn: conn, networks: account.Networks(host)}
	for i, network := range v.networks { // one, one and a half and two times as many
		s := c.networks[network] // the room that a smaller network made is room in this one
		if s == nil || s.open < c.fromOne+c.fromOne*i/2 {
			continue
		}
		if closing = c.makeRoom(&s.idle); closing == nil {
			return c.refuse(conn, host)
		}
	}
	if len(c.open) >= c.most {
		if closing = c.makeRoom(&c.idle); closing == nil {
			return c.refuse(conn, host)
		}
	}
	c.open[conn] = v
	for _, network := range v.networks {
		if c.networks[network] == nil {
			c.networks[network] = &shared{}
		}
		c.networks[network].open++
	}
	return closing
}

func (c *connections) trusts(host string) bool {
	ip := net.ParseIP(host)
	return slices.ContainsFunc(c.proxies, func(n *net.IPNet) bool { return n.Contains(ip) })
}

// makeRoom takes the connection that has been idle for longest.
func (c *connections) makeRoom(idle *list.List) net.Conn {
	longest := idle.Front()
	if longest == nil {
		return nil
	}
	v := longest.Value.(*visit)
	c.remove(v)
	return v.conn
}

func (c *connections) refuse(conn net.Conn, host string) net.Conn {
	c.refused++
	if now := time.Now(); now.Sub(c.logged) >= refusalsLogged {
		c.log.Warn("closed new connections: too many are open", "connections", c.refused, "latest", host, "open", len(c.open))
		c.refused, c.logged = 0, now
	}
	return conn
}

// wake, rest and remove do nothing for nil, which is a connection that is not
// counted, or not any more.
func (c *connections) wake(v *visit) {
	if v == nil || v.places == nil {
		return
	}
	c.idle.Remove(v.places[0])
	for i, network := range v.networks {
		c.networks[network].idle.Remove(v.places[i+1])
	}
	v.places = nil
}

func (c *connections) rest(v *visit) {
	if v == nil || v.places != nil {
		return
	}
	v.places = append(v.places, c.idle.PushBack(v))
	for _, network := range v.networks {
		v.places = append(v.places, c.networks[network].idle.PushBack(v))
	}
}

func (c *connections) remove(v *visit) {
	if v == nil {
		return
	}
	c.wake(v)
	delete(c.open, v.conn)
	for _, network := range v.networks {
		if c.networks[network].open--; c.networks[network].open == 0 {
			delete(c.networks, network)
		}
	}
}
