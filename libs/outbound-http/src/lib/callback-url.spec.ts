import { describe, expect, it } from "@jest/globals";
import { CallbackUrlRefusedError, assertCallbackUrlAllowed } from "./callback-url.js";
import { classifyAddress } from "./classify-address.js";

const development = { allow: ["127.0.0.1/32"], denyPorts: [3000, 3001] };
const fault = (text: string, mode: "test" | "live" = "test"): string => {
  try {
    assertCallbackUrlAllowed(text, { ...development, mode });
    return "allowed";
  } catch (error) {
    return (error as CallbackUrlRefusedError).fault;
  }
};

describe("classifying an address", () => {
  it.each(["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "[2606:4700::1111]"])("takes %s as public", (text) =>
    expect(classifyAddress(text).kind).toBe("public"),
  );

  it.each(["127.0.0.1", "127.8.9.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "::1", "[::1]", "::ffff:127.0.0.1", "::ffff:7f00:1"])(
    "takes %s as loopback",
    (text) => expect(classifyAddress(text).kind).toBe("loopback"),
  );

  it.each([
    "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::10.0.0.1",
    "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "2001::1", "100::1", "2606:4700::1111%1", "0xa9fea9fe", "2852039166",
  ])("takes %s as special", (text) => expect(classifyAddress(text).kind).toBe("special"));

  it.each(["example.com", "", "1.2.3.4.5", "999.1.1.1", "::g"])("does not take %s for an address", (text) =>
    expect(classifyAddress(text).kind).toBe("not_an_address"),
  );
});

describe("accepting a callback URL", () => {
  it("takes https on a public name or address in either mode", () => {
    expect(fault("https://merchant.example.com/hooks?x=1", "live")).toBe("allowed");
    expect(fault("https://93.184.216.34/hooks", "live")).toBe("allowed");
    expect(fault("https://[2606:4700::1111]:8443/", "live")).toBe("allowed");
  });

  it("takes the loopback opened for development from port 1024, in test mode only", () => {
    expect(fault("http://127.0.0.1:9000/hook")).toBe("allowed");
    expect(fault("http://127.0.0.1:9000/hook", "live")).toBe("scheme_not_allowed");
    expect(fault("https://127.0.0.1:9000/hook", "live")).toBe("address_not_allowed");
    expect(fault("http://127.0.0.1:3000/")).toBe("address_not_allowed");
    expect(fault("http://127.0.0.1:80/")).toBe("address_not_allowed");
    expect(fault("http://127.0.0.1/")).toBe("address_not_allowed");
  });

  it.each([
    "http://127.0.0.2:9000/", "http://[::1]:9000/", "http://[::ffff:127.0.0.1]:9000/", "http://2130706433:9000/", "http://0x7f000001:9000/",
    "http://0177.0.0.1:9000/", "http://127.1:9000/", "http://127.0.0.1.:9000/", "http://１２７.0.0.1:9000/", "http://169.254.169.254/latest/",
    "https://10.0.0.1/", "https://[fe80::1]/", "https://[fd00::1]/", "https://0.0.0.0/", "https://[::]/", "http://127。0。0。1:9000/",
  ])("refuses %s", (text) => expect(fault(text)).toBe("address_not_allowed"));

  it.each(["http://localhost:9000/", "http://api.localhost:9000/", "https://intake/", "https://printer.local/", "https://db.internal./"])(
    "refuses the local name %s",
    (text) => expect(fault(text)).toBe("host_not_allowed"),
  );

  it("refuses user names, other schemes, zone ids, invisible characters, and what is no URL", () => {
    expect(fault("https://user@example.com/")).toBe("userinfo_not_allowed");
    expect(fault("https://@example.com/")).toBe("userinfo_not_allowed");
    expect(fault("file:///etc/passwd")).toBe("scheme_not_allowed");
    expect(fault("http://example.com/", "live")).toBe("scheme_not_allowed");
    expect(fault("https://[fe80::1%25eth0]/")).toBe("not_a_url");
    expect(fault("https://exam\nple.com/")).toBe("not_a_url");
    expect(fault(" https://example.com/")).toBe("not_a_url");
    expect(fault("/relative")).toBe("not_a_url");
    expect(fault(`https://example.com/${"a".repeat(3000)}`)).toBe("too_long");
  });
});
