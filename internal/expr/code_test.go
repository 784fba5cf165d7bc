package expr

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
)

// The answers were given by Flink 2.3.
func TestCodeFunctions(t *testing.T) {
	check(t, `
	SPLIT | 'a,b,,c', ',' => ARRAY<STRING> NOT NULL [a, b, , c]
	SPLIT | 'abc', '' => ARRAY<STRING> NOT NULL [a, b, c]
	SPLIT | '', ',' => ARRAY<STRING> NOT NULL []
	ASCII | 'a' => INT NOT NULL 97
	ASCII | '' => INT NOT NULL 0
	ASCII | 'é' => INT NOT NULL -61
	CHR | 97 => STRING a
	CHR | 353 => STRING a
	CHR | -1 => STRING 
	CHR | null:INT => STRING NULL
	DECODE | x'C3A9', 'UTF-8' => STRING NOT NULL é
	DECODE | x'E9', 'ISO-8859-1' => STRING NOT NULL é
	FROM_BASE64 | 'aGVsbG8=' => STRING NOT NULL hello
	TO_BASE64 | 'hello' => STRING NOT NULL aGVsbG8=
	MD5 | 'abc' => CHAR(32) NOT NULL 900150983cd24fb0d6963f7d28e17f72
	SHA1 | 'abc' => CHAR(40) NOT NULL a9993e364706816aba3e25717850c26c9cd0d89d
	SHA224 | 'abc' => CHAR(56) NOT NULL 23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7
	SHA2 | 'abc', 384 => VARCHAR(128) NOT NULL cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'HOST' => STRING facebook.com
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'PATH' => STRING /path/p1.php
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'QUERY' => STRING query=1&b=2
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'REF' => STRING frag
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'PROTOCOL' => STRING http
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'FILE' => STRING /path/p1.php?query=1&b=2
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'AUTHORITY' => STRING user:pw@facebook.com:80
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'USERINFO' => STRING user:pw
	PARSE_URL | 'http://user:pw@facebook.com:80/path/p1.php?query=1&b=2#frag', 'QUERY', 'b' => STRING 2
	PARSE_URL | 'http://facebook.com', 'PATH' => STRING 
	PARSE_URL | 'bad', 'HOST' => STRING NULL
	PARSE_URL | 'http://facebook.com/x', 'NOPE' => STRING NULL
	URL_ENCODE | 'a b&c/ü*-_.~' => STRING a+b%26c%2F%C3%BC*-_.%7E
	URL_DECODE | 'a+b%26c%C3%BC' => STRING a b&cü
	URL_DECODE | '%zz' => STRING NULL
	PRINTF | '%s-%d-%.2f-%5s|%-5s|%05d', 'a', 3, 1.5e0, 'x', 'y', 42 => STRING a-3-1.50-    x|y    |00042
	PRINTF | '%x', 255 => STRING ff
	PRINTF | '%d', 'a' => STRING NULL
	ELT | 2, 'a', 'b' => CHAR(1) b
	ELT | 3, 'a', 'b' => CHAR(1) NULL
	ELT | 0, 'a', 'b' => CHAR(1) NULL
	IS_ALPHA | 'abc' => BOOLEAN NOT NULL TRUE
	IS_ALPHA | '' => BOOLEAN NOT NULL FALSE
	IS_ALPHA | 'a1' => BOOLEAN NOT NULL FALSE
	IS_ALPHA | 'é' => BOOLEAN NOT NULL TRUE
	IS_DECIMAL | '1.5' => BOOLEAN NOT NULL TRUE
	IS_DECIMAL | '-1' => BOOLEAN NOT NULL TRUE
	IS_DECIMAL | 'abc' => BOOLEAN NOT NULL FALSE
	IS_DECIMAL | '' => BOOLEAN NOT NULL FALSE
	IS_DECIMAL | ' 1' => BOOLEAN NOT NULL TRUE
	IS_DIGIT | '12' => BOOLEAN NOT NULL TRUE
	IS_DIGIT | '' => BOOLEAN NOT NULL FALSE
	IS_DIGIT | '1.2' => BOOLEAN NOT NULL FALSE
	IS_ALPHA | 1 => BOOLEAN NOT NULL FALSE
	IS_DIGIT | 1 => BOOLEAN NOT NULL TRUE
	IS_DECIMAL | 1 => BOOLEAN NOT NULL TRUE
	IS_DIGIT | null:STRING => BOOLEAN NOT NULL FALSE
	INET_ATON | '192.168.0.1' => BIGINT 3232235521
	INET_ATON | '300.1.1.1' => BIGINT NULL
	INET_ATON | '127.1' => BIGINT 2130706433
	INET_NTOA | 3232235521 => STRING 192.168.0.1
	INET_NTOA | -1 => STRING NULL
	BIN | 4 => STRING NOT NULL 100
	BIN | -1 => STRING NOT NULL 1111111111111111111111111111111111111111111111111111111111111111
	HEX | 20 => STRING NOT NULL 14
	HEX | 'hello' => STRING NOT NULL 68656C6C6F
	HEX | -1 => STRING NOT NULL FFFFFFFFFFFFFFFF
	HEX | 255L => STRING NOT NULL FF
	HEX | 5T => STRING NOT NULL 5
	HEX | 'é' => STRING NOT NULL C3A9
	BIN | 255L => STRING NOT NULL 11111111
	MD5 | '' => CHAR(32) NOT NULL d41d8cd98f00b204e9800998ecf8427e
	SHA2 | 'abc', 256 => VARCHAR(128) NOT NULL ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
	SHA2 | 'abc', null:INT => VARCHAR(128) NULL
	SPLIT | null:STRING, ',' => ARRAY<STRING> NULL
	PRINTF | '%5d|%-5d|%+d|%,d|%x|%X|%o|%e|%g|%%|%n|%c|%b', 42, 42, 42, 1234567, 255, 255, 8, 1234.5e0, 0.0001e0, 'c', true => STRING NULL
	PRINTF | '%s %s', 'a' => STRING NULL
	PRINTF | '%2$s %1$s', 'a', 'b' => STRING b a
	PRINTF | '%s', 1.5 => STRING 1.5
	PRINTF | '%s', d'2024-01-01' => STRING 19723
	PRINTF | '%.3s|%10.2f|%08.3f', 'abcdef', 3.14159e0, 3.14159e0 => STRING abc|      3.14|0003.142
	PRINTF | '%d', 5L => STRING 5
	PRINTF | '%f', 1.5 => STRING NULL
	PRINTF | '%S', 'abc' => STRING ABC
	PRINTF | null:STRING, 'a' => STRING NULL
	TYPEOF | 1 => STRING INT NOT NULL
	TYPEOF | 'a', true => STRING CHAR(1) NOT NULL
	TYPEOF | null => STRING NULL
	TYPEOF | [1, 2.5] => STRING ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL
	TYPEOF | {'a':1} => STRING MAP<CHAR(1) NOT NULL, INT NOT NULL> NOT NULL
	`)
}

// Programs run side by side, one in each subtask: the hash functions share nothing.
func TestHashesSideBySide(t *testing.T) {
	text := strings.Repeat("a", 10_000)
	for name, want := range map[string]string{
		"MD5": fmt.Sprintf("%x", md5.Sum([]byte(text))), "SHA256": fmt.Sprintf("%x", sha256.Sum256([]byte(text))), "SHA512": fmt.Sprintf("%x", sha512.Sum512([]byte(text))),
	} {
		var wg sync.WaitGroup
		for range 8 {
			constant, err := Resolve(name, []Expr{StringLit(text)})
			if err != nil {
				t.Fatal(err)
			}
			cols := &batch.Batch{N: 131}
			call := columnsFor(constant, cols)
			wg.Go(func() {
				for range 50 {
					if got := evalOne(call, testEnv, cols, nil, 5); got != want {
						t.Errorf("%s is %s beside others, want %s", name, got, want)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}
