/* Connections per address, and when waiting counts as overload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/limits.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/un.h>

static struct peer v4(uint32_t number)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in *in = (struct sockaddr_in *)&address;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(number);
	return peer_of(&address);
}

static struct peer v6(const char *text)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)&address;

	in->sin6_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &in->sin6_addr), 1);
	return peer_of(&address);
}

static struct peer local_socket(void)
{
	struct sockaddr_storage address = {.ss_family = AF_UNIX};

	return peer_of(&address);
}

static void an_address_gets_its_share_and_no_more(void **state)
{
	struct addresses *table = addresses_new(100, 3);
	struct peer a = v4(0x0A000001), b = v4(0x0A000002);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(addresses_take(table, &a), OK);
	assert_int_equal(addresses_take(table, &a), ERR_LIMIT);
	assert_int_equal(addresses_take(table, &b), OK);
	addresses_give(table, &a);
	assert_int_equal(addresses_take(table, &a), OK);
	assert_int_equal(addresses_take(table, &a), ERR_LIMIT);
	addresses_free(table);
}

static void ipv6_is_counted_by_its_network(void **state)
{
	struct addresses *table = addresses_new(100, 1);
	struct peer a = v6("2001:db8:0:1::1"), same = v6("2001:db8:0:1:ffff::2");
	struct peer other = v6("2001:db8:0:2::1");

	(void)state;
	assert_int_equal(addresses_take(table, &a), OK);
	assert_int_equal(addresses_take(table, &same), ERR_LIMIT);
	assert_int_equal(addresses_take(table, &other), OK);
	addresses_free(table);
}

static void a_mapped_address_is_the_ipv4_one(void **state)
{
	struct addresses *table = addresses_new(100, 1);
	struct peer plain = v4(0xC0000201), mapped = v6("::ffff:192.0.2.1");
	struct peer other = v6("::ffff:192.0.2.2");

	(void)state;
	assert_int_equal(addresses_take(table, &plain), OK);
	assert_int_equal(addresses_take(table, &mapped), ERR_LIMIT);
	assert_int_equal(addresses_take(table, &other), OK);
	addresses_free(table);
}

static void unix_sockets_are_not_counted(void **state)
{
	struct addresses *table = addresses_new(100, 1);
	struct peer peer = local_socket();

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(addresses_take(table, &peer), OK);
	addresses_give(table, &peer);
	addresses_free(table);
}

static void who_is_on_this_machine(void **state)
{
	(void)state;
	assert_true(local_socket().local);
	assert_true(v4(0x7F000001).local);
	assert_true(v4(0x7FFFFFFE).local);
	assert_false(v4(0x0A000001).local);
	assert_true(v6("::1").local);
	assert_true(v6("::ffff:127.0.0.1").local);
	assert_false(v6("::ffff:10.0.0.1").local);
	assert_false(v6("2001:db8::1").local);
}

/* Random takes and gives beside a plain array of counts: removals must leave no address lost. */
static void many_addresses_come_and_go(void **state)
{
	enum { ADDRESSES = 300, STEPS = 200000, MOST = 4 };
	struct addresses *table = addresses_new(ADDRESSES * MOST, MOST);
	unsigned counts[ADDRESSES] = {0};
	unsigned random = 20261123;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		random = random * 1103515245 + 12345;
		unsigned n = random / 65536 % ADDRESSES;
		struct peer peer = v4(0x0A000000 + n);

		if (random >> 31) {
			int wanted = counts[n] < MOST ? OK : ERR_LIMIT;

			assert_int_equal(addresses_take(table, &peer), wanted);
			counts[n] += wanted == OK;
		} else if (counts[n] > 0) {
			addresses_give(table, &peer);
			counts[n]--;
		}
	}
	addresses_free(table);
}

static void short_waits_are_no_overload(void **state)
{
	struct overload overload = {0};

	(void)state;
	for (int64_t ms = 0; ms < 10000; ms += 50)
		overload_turn(&overload, ms * NS_PER_MS, 50 * NS_PER_MS);
	assert_false(overload.refusing);
}

static void long_waits_are_overload_when_they_last(void **state)
{
	struct overload overload = {0};
	int64_t now = 7 * NS_PER_S;

	(void)state;
	for (int i = 0; i < 5; i++, now += 100 * NS_PER_MS) {
		overload_turn(&overload, now, 51 * NS_PER_MS);
		assert_false(overload.refusing);
	}
	overload_turn(&overload, now, 51 * NS_PER_MS);
	assert_true(overload.refusing);
	overload_turn(&overload, now + NS_PER_MS, NS_PER_MS);
	assert_false(overload.refusing);
	/* After a pause the time counts anew. */
	overload_turn(&overload, now + NS_PER_S, 51 * NS_PER_MS);
	assert_false(overload.refusing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gets_its_share_and_no_more),
		cmocka_unit_test(ipv6_is_counted_by_its_network),
		cmocka_unit_test(a_mapped_address_is_the_ipv4_one),
		cmocka_unit_test(unix_sockets_are_not_counted),
		cmocka_unit_test(who_is_on_this_machine),
		cmocka_unit_test(many_addresses_come_and_go),
		cmocka_unit_test(short_waits_are_no_overload),
		cmocka_unit_test(long_waits_are_overload_when_they_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
